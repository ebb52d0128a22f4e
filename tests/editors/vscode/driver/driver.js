// An extension that runs beside ours, inside VS Code's extension host. It does with app.py what a user would do,
// through the commands that the editor itself uses, and writes what it saw to $SESSION_OUT as JSON.
const vscode = require('vscode');
const fs = require('fs');

const session = JSON.parse(process.env.SESSION); // { codes: [...], fix: 'FLK105', steps: [...], select: PYTHON }
const FIX_ALL = 'source.fixAll.flask-ls';

async function until(what, condition) {
  const end = Date.now() + 30_000;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > end) throw new Error(`timeout: ${what}`);
    await new Promise((done) => setTimeout(done, 30));
  }
}

const codeOf = (diagnostic) => diagnostic.code?.value ?? diagnostic.code;
const ours = (uri) => vscode.languages.getDiagnostics(uri).filter((it) => it.source === 'flask-ls');

function findings(document) {
  return until(`the findings ${session.codes}`, () => {
    const found = new Map(ours(document.uri).map((it) => [codeOf(it), it]));
    return session.codes.every((code) => found.has(code)) && found;
  });
}

async function actions(uri, range, kind) {
  const found = await vscode.commands.executeCommand('vscode.executeCodeActionProvider', uri, range, kind, 20);
  return found.filter((it) => it.title && it.kind && it.kind.value.startsWith(kind));
}

async function apply(action) {
  if (action.edit) await vscode.workspace.applyEdit(action.edit);
  if (action.command) await vscode.commands.executeCommand(action.command.command, ...(action.command.arguments ?? []));
}

// The processes that the extension host started and that run our launcher.
function servers() {
  return fs.readdirSync('/proc').filter((pid) => {
    try {
      const [, parent] = /^PPid:\s+(\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return Number(parent) === process.pid && fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('launch.py');
    } catch {
      return false; // not a process, or one that ended meanwhile
    }
  });
}

// A process that is not `before` and that answers: findings alone could be those of the server before.
async function anotherServer(before, document) {
  await until('another server', () => {
    const now = servers();
    return now.length > 0 && !now.includes(before);
  });
  const { range } = (await findings(document)).get(session.fix);
  await until('an answer of the other server', async () => (await hovers(document, range)).includes(session.fix));
}

async function hovers(document, range) {
  const found = await vscode.commands.executeCommand('vscode.executeHoverProvider', document.uri, range.start.translate(0, 1));
  return found.flatMap((it) => it.contents.map((content) => content.value)).join('\n');
}

const steps = {
  async activation(seen) {
    await vscode.extensions.getExtension('flask-ls.flask-language-server').activate();
    seen.servers = servers().length;
  },

  async diagnostics(seen, document) {
    const found = await findings(document);
    seen.diagnostics = Object.fromEntries([...found].map(([code, it]) => [code, {
      text: document.getText(it.range), message: it.message, severity: it.severity, url: String(it.code?.target ?? ''),
    }]));
  },

  async hover(seen, document) {
    const { range } = (await findings(document)).get(session.fix);
    seen.hover = await hovers(document, range);
  },

  async quickFix(seen, document) {
    const { range } = (await findings(document)).get(session.fix);
    const offered = await actions(document.uri, range, 'quickfix');
    seen.actions = offered.map((it) => ({ title: it.title, preferred: Boolean(it.isPreferred) }));
    await apply(offered.find((it) => it.isPreferred));
    await until('the finding to go', () => !ours(document.uri).some((it) => codeOf(it) === session.fix));
    seen.fixed = document.getText();
  },

  async fixAll(seen, document) {
    const everything = new vscode.Range(0, 0, document.lineCount, 0);
    const offered = await actions(document.uri, everything, FIX_ALL);
    await apply(offered.find((it) => it.kind.value === FIX_ALL));
    await until('all findings to go', () => ours(document.uri).length === 0);
    seen.allFixed = document.getText();
    await vscode.commands.executeCommand('workbench.action.files.revert');
  },

  async restart(seen, document) {
    const before = servers();
    await vscode.commands.executeCommand('flask-ls.restart');
    await anotherServer(before[0], document);
    seen.restarted = { before: before.length, after: servers().length };
  },

  async crash(seen, document) {
    const [before] = servers();
    process.kill(Number(before), 'SIGKILL');
    await anotherServer(before, document);
    seen.recovered = true;
  },

  async selectPython(seen, document) {
    await findings(document);
    const [before] = servers();
    await vscode.commands.executeCommand('stub.select', session.select);
    await anotherServer(before, document);
  },

  async documentation(seen) {
    await vscode.commands.executeCommand('flask-ls.showDocumentation', session.fix);
    const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs.map((tab) => tab.label));
    seen.documentation = await until('the page', () => tabs().find((label) => label.includes(session.fix)));
  },

  async disable(seen, document) {
    const settings = vscode.workspace.getConfiguration('flask-ls');
    await settings.update('ignore', [session.fix], vscode.ConfigurationTarget.Workspace);
    await until('the ignored finding to go', () => !ours(document.uri).some((it) => codeOf(it) === session.fix));
    await settings.update('ignore', undefined, vscode.ConfigurationTarget.Workspace);
    await findings(document);
    await settings.update('enable', false, vscode.ConfigurationTarget.Workspace);
    await until('the server to stop', () => servers().length === 0);
    await settings.update('enable', undefined, vscode.ConfigurationTarget.Workspace);
    await findings(document);
    seen.configured = true;
  },
};

exports.activate = async () => {
  const seen = { version: vscode.version, trusted: vscode.workspace.isTrusted };
  try {
    const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, 'app.py');
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    for (const step of session.steps) {
      seen.step = step;
      await steps[step](seen, document);
    }
    seen.commands = (await vscode.commands.getCommands(true)).filter((it) => it.startsWith('flask-ls.'));
  } catch (error) {
    seen.problem = `${seen.step}: ${error.stack ?? error}`;
    seen.diagnosticsThen = vscode.languages.getDiagnostics().map(([uri, all]) => [String(uri), all.map((it) => it.message)]);
  }
  fs.writeFileSync(`${process.env.SESSION_OUT}.part`, JSON.stringify(seen));
  fs.renameSync(`${process.env.SESSION_OUT}.part`, process.env.SESSION_OUT);
};
