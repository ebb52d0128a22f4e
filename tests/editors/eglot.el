;; Run as: emacs -Q --batch -l eglot.el
;; Does with app.py of the working directory what a user would do and writes what was seen to $SESSION_OUT as JSON.
(dolist (folder (file-expand-wildcards "/usr/share/emacs/site-lisp/elpa/*")) ; -Q leaves Debian's packages out
  (add-to-list 'load-path folder))
(require 'eglot)
(require 'json)

(defvar session (json-parse-string (getenv "SESSION") :object-type 'alist :array-type 'list))
(defvar seen nil)
(setq make-backup-files nil auto-save-default nil eglot-sync-connect 20 eglot-confirm-server-initiated-edits nil)
(add-to-list 'eglot-server-programs `(python-mode . ,(alist-get 'server session)))

(defun see (key value) (push (cons key value) seen))

(defun wait-for (what predicate)
  (let ((deadline (+ (float-time) 20)) result)
    (while (not (setq result (funcall predicate)))
      (when (> (float-time) deadline) (error "timeout: %s" what))
      (accept-process-output nil 0.05))
    result))

(defun text () (buffer-substring-no-properties (point-min) (point-max)))

;; Code -> text under it. Eglot shows the code in brackets behind the source.
(defun diagnostics ()
  (flymake-start)
  (mapcar (lambda (it)
            (let ((data (alist-get 'eglot-lsp-diag (flymake-diagnostic-data it))))
              (cons (intern (plist-get data :code))
                    (buffer-substring-no-properties (flymake-diagnostic-beg it) (flymake-diagnostic-end it)))))
          (flymake-diagnostics)))

(defun codes () (mapcar (lambda (it) (symbol-name (car it))) (diagnostics)))

;; Idle timers, which send edits and apply commands, do not run in batch.
(defun apply-first (kind)
  (let* ((actions (append (eglot-code-actions (line-beginning-position) (line-end-position) kind) nil))
         (wanted (seq-find (lambda (it) (or (not (equal kind "quickfix")) (eq t (plist-get it :isPreferred)))) actions)))
    (unless wanted (error "no %s among %S" kind (mapcar (lambda (it) (plist-get it :title)) actions)))
    (eglot--apply-workspace-edit
     (plist-get (if (plist-get wanted :edit) wanted
                  (jsonrpc-request (eglot--current-server-or-lose) :codeAction/resolve wanted))
                :edit))
    (eglot--signal-textDocument/didChange)))

(condition-case problem
    (progn
      (find-file "app.py")
      (see 'version emacs-version)
      (call-interactively #'eglot)
      (flymake-mode 1)
      (wait-for "diagnostics" (lambda () (seq-every-p (lambda (it) (member it (codes))) (alist-get 'codes session))))
      (see 'diagnostics (diagnostics))
      (goto-char (point-min))
      (search-forward "𝄞\", cur")
      (see 'hover (plist-get (plist-get (jsonrpc-request (eglot--current-server-or-lose) :textDocument/hover
                                                         (eglot--TextDocumentPositionParams))
                                        :contents)
                             :value))
      (apply-first "quickfix")
      (see 'fixed (text))
      (wait-for "the finding to go" (lambda () (not (member (alist-get 'fix session) (codes)))))
      (apply-first "source.fixAll.flask-ls")
      (see 'all_fixed (text))
      (wait-for "all findings to go" (lambda () (null (codes)))))
  (error (see 'problem (error-message-string problem))))
(with-temp-file (getenv "SESSION_OUT") (set-buffer-file-coding-system 'utf-8) (insert (json-encode seen)))
(kill-emacs 0)
