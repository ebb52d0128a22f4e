---@brief
---
--- A language server for Flask: contexts, routes, blueprints, sessions, configuration.
--- It runs next to a general Python server and speaks only where Flask is concerned.
---
--- Install it with `pip install flask-language-server` (or `pipx`, `uv tool`) so that `flask-ls` is on the PATH.
---
--- Neovim 0.11 and newer, with this repository on the 'runtimepath':
--- ```lua
--- vim.lsp.enable('flask_ls')
--- ```
--- Older ones, for each Python buffer:
--- ```lua
--- local config = dofile('/path/to/flask-language-server/lsp/flask_ls.lua')
--- config.root_dir = vim.fn.getcwd()
--- vim.lsp.buf_attach_client(0, vim.lsp.start_client(config))
--- ```
---@type vim.lsp.Config
return {
  name = 'flask_ls',
  cmd = { 'flask-ls', 'server' },
  -- Python, templates, and the files that say how a project is started.
  filetypes = {
    'python',
    'html',
    'htmldjango',
    'jinja',
    'jinja2',
    'dockerfile',
    'env',
    'sh',
    'yaml',
    'yaml.docker-compose',
    'systemd',
    'toml',
    'dosini',
    'conf',
    'make',
    'json',
  },
  root_markers = {
    'flask-ls.toml',
    'pyproject.toml',
    'setup.cfg',
    'setup.py',
    'requirements.txt',
    'Pipfile',
    '.flaskenv',
    '.git',
  },
  settings = { ['flask-ls'] = {} },
}
