// The part of the API of ms-python.vscode-python-envs that tells the selected environment. $SELECTED_PYTHON is selected first.
const path = require('path');
const vscode = require('vscode');

exports.activate = () => {
  const changed = new vscode.EventEmitter();
  let selected = process.env.SELECTED_PYTHON;
  vscode.commands.registerCommand('stub.select', (python) => {
    selected = python;
    changed.fire({});
  });
  return {
    getEnvironment: async () => ({ execInfo: { run: { executable: selected } }, sysPrefix: path.dirname(path.dirname(selected)) }),
    onDidChangeEnvironment: changed.event,
  };
};
