/** How the server is started: which command, isolated from the files of the workspace. */
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { findInterpreter, OLDEST_PYTHON, run, type Interpreter, type SelectedEnvironment } from './interpreter';

/** A command and its arguments, or why there is none. */
export type Launch = { readonly command: readonly string[]; readonly why: string } | { readonly problem: string };

export async function planLaunch(context: vscode.ExtensionContext, selected: SelectedEnvironment | undefined): Promise<Launch> {
  const settings = vscode.workspace.getConfiguration('flask-ls');
  const strings = (name: string): string[] => settings.get<string[]>(name, []).map(expand);
  const args = ['server', ...strings('args')];

  const own = strings('path');
  if (own.length > 0) {
    return { command: [...own, ...args], why: 'the command of the setting flask-ls.path' };
  }
  const rejected: string[] = [];
  const fromEnvironment = settings.get('importStrategy') === 'fromEnvironment';
  const python = await findInterpreter(strings('interpreter'), selected, fromEnvironment, rejected);
  if (!python) {
    const tried = rejected.length > 0 ? ` Tried: ${rejected.join('; ')}.` : '';
    const needed = `The Flask language server needs Python ${OLDEST_PYTHON} or newer, and none was found.`;
    return { problem: `${needed}${tried} Install one, or name it in the setting flask-ls.interpreter.` };
  }
  if (fromEnvironment && (await hasServer(python))) {
    return { command: [...python.command, '-I', '-m', 'flask_ls', ...args], why: `flask-language-server of ${python.origin}` };
  }
  // -I: neither PYTHON* variables nor the working directory nor the user's packages; -S: no site-packages,
  // whose .pth files could run code. The launcher adds the bundled packages and nothing else.
  const launcher = context.asAbsolutePath(path.join('vscode-client', 'launch.py'));
  return { command: [...python.command, '-I', '-S', '-X', 'utf8', launcher, ...args], why: `the bundled server with ${python.origin}` };
}

/** `~`, `${workspaceFolder}`, `${userHome}` and `${env:NAME}` in a setting. */
export function expand(value: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  return value
    .replace(/^~(?=$|[\\/])/, () => os.homedir())
    .replaceAll('${workspaceFolder}', () => folder)
    .replaceAll('${userHome}', () => os.homedir())
    .replace(/\$\{env:(\w+)\}/g, (_, name: string) => process.env[name] ?? '');
}

async function hasServer(python: Interpreter): Promise<boolean> {
  const question = 'import importlib.util; print(importlib.util.find_spec("flask_ls") is not None)';
  return (await run([...python.command, '-I', '-c', question])) === 'True';
}
