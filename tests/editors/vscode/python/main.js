// The part of the API of ms-python.python that tells the selected environment. $SELECTED_PYTHON is selected first.
const path = require('path');
const vscode = require('vscode');

exports.activate = () => {
  const changed = new vscode.EventEmitter();
  let selected = process.env.SELECTED_PYTHON;
  vscode.commands.registerCommand('stub.select', (python) => {
    selected = python;
    changed.fire({ id: python, path: python });
  });
  return {
    environments: {
      getActiveEnvironmentPath: () => ({ id: selected, path: selected }),
      resolveEnvironment: async (it) => ({ executable: { uri: vscode.Uri.file(it.path), sysPrefix: path.dirname(path.dirname(it.path)) } }),
      onDidChangeActiveEnvironmentPath: changed.event,
    },
  };
};
