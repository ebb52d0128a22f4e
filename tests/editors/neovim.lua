-- Run as: nvim --clean --headless -n -c 'luafile neovim.lua' FILE
-- Does with FILE what a user would do and writes what was seen to $SESSION_OUT as JSON.
-- The server's configuration is the product's own table, lsp/flask_ls.lua, with another command only.
local session = vim.fn.json_decode(vim.env.SESSION) -- { server = {...}, repository = '...', codes = {...}, fix = 'FLK105' }
local seen = {}
local buffer = vim.api.nvim_get_current_buf()

local function wait(what, condition)
  assert(vim.wait(20000, condition, 20), 'timeout: ' .. what)
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n') .. '\n'
end

local function start_old()
  local config = dofile(session.repository .. '/lsp/flask_ls.lua')
  config.cmd = session.server
  config.root_dir = vim.fn.getcwd()
  local id = assert(vim.lsp.start_client(config))
  vim.lsp.buf_attach_client(buffer, id)
end

local function start_new()
  vim.opt.runtimepath:append(session.repository)
  vim.lsp.config('flask_ls', { cmd = session.server })
  vim.lsp.enable('flask_ls')
  vim.cmd('doautocmd FileType python')
end

local function client()
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  return get()[1]
end

-- By code: the columns of vim.diagnostic are bytes, so that the text under them shows what the encoding made of them.
local function diagnostics()
  local found = {}
  for _, d in ipairs(vim.diagnostic.get(buffer)) do
    local code = d.code or d.user_data.lsp.code
    local lines = vim.api.nvim_buf_get_text(buffer, d.lnum, d.col, d.end_lnum, d.end_col, {})
    found[code] = {
      text = table.concat(lines, '\n'), message = d.message, source = d.source, severity = d.severity,
      position = { d.lnum + 1, d.col },
    }
  end
  return found
end

-- Neovim's own code action command; the menu is answered with the first entry that `wanted` accepts.
local function apply_action(context, wanted)
  local done, titles = false, {}
  vim.ui.select = function(items, options, on_choice)
    local choice
    for _, item in ipairs(items) do
      local action = item.action or item[2]
      table.insert(titles, action.title)
      if not choice and wanted(action) then choice = item end
    end
    done = true
    assert(choice, 'no such action among: ' .. table.concat(titles, ', '))
    on_choice(choice)
  end
  local before = text()
  vim.lsp.buf.code_action(vim.fn.has('nvim-0.8') == 1 and { context = context } or context)
  wait('code actions', function() return done end)
  wait('the edit', function() return text() ~= before end)
  return titles
end

local ok, problem = pcall(function()
  local version = vim.version()
  seen.version = ('%d.%d.%d'):format(version.major, version.minor, version.patch)
  if vim.lsp.config then start_new() else start_old() end
  wait('diagnostics', function()
    seen.diagnostics = diagnostics()
    for _, code in ipairs(session.codes) do
      if not seen.diagnostics[code] then return false end
    end
    return true
  end)
  seen.encoding = client().offset_encoding
  seen.root = client().config.root_dir or client().root_dir

  vim.api.nvim_win_set_cursor(0, seen.diagnostics[session.fix].position)
  local position = vim.lsp.util.make_position_params(0, seen.encoding)
  local answer = vim.lsp.buf_request_sync(buffer, 'textDocument/hover', position, 10000)
  local _, hover = next(answer)
  seen.hover = hover.result.contents.value

  seen.actions = apply_action(nil, function(action) return action.isPreferred and action.kind == 'quickfix' end)
  seen.fixed = text()
  wait('the finding to go', function() return not diagnostics()[session.fix] end)
  seen.left = vim.tbl_keys(diagnostics())

  local everything = { only = { 'source.fixAll.flask-ls' }, diagnostics = {} }
  apply_action(everything, function(action) return action.kind == 'source.fixAll.flask-ls' end)
  seen.all_fixed = text()
  wait('all findings to go', function() return #vim.diagnostic.get(buffer) == 0 end)
end)
if not ok then seen.problem = tostring(problem) end
vim.fn.writefile({ vim.fn.json_encode(seen) }, vim.env.SESSION_OUT)
vim.cmd('qall!')
