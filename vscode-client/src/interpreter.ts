/** Which Python runs the server, and which environment was selected for the project. */
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import type { PythonEnvironmentApi } from '@vscode/python-environments';
import type { PythonExtension } from '@vscode/python-extension';
import * as vscode from 'vscode';

export const OLDEST_PYTHON = '3.10';
const TELL_VERSION = 'import sys; print(sys.version_info >= (3, 10), "%d.%d.%d" % sys.version_info[:3])';

/** A Python new enough for the server; `origin` says in words which one and where it was found. */
export interface Interpreter {
  readonly command: readonly string[];
  readonly origin: string;
}

/** What the user selected in a Python extension; `prefix` is the folder of the environment. */
export type SelectedEnvironment = { readonly executable: string; readonly prefix?: string | undefined };

/** Asks the Python extensions that are installed; neither is required. */
export class PythonExtensions implements vscode.Disposable {
  private readonly answers = new Map<string, Promise<SelectedEnvironment | undefined>>();
  private readonly listening = new Map<string, vscode.Disposable>();
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly log: vscode.LogOutputChannel) {}

  selected(scope: vscode.Uri | undefined): Promise<SelectedEnvironment | undefined> {
    const key = String(scope);
    const answer = this.answers.get(key) ?? this.ask(scope);
    this.answers.set(key, answer);
    return answer;
  }

  private async ask(scope: vscode.Uri | undefined): Promise<SelectedEnvironment | undefined> {
    for (const ask of [this.askEnvironments, this.askPython]) {
      try {
        // They first look for every Python of the machine. The server does not wait for that: it is restarted then.
        const timeout = new Promise<undefined>((done) => setTimeout(() => done(undefined), 5000));
        const found = await Promise.race([ask.call(this, scope), timeout]);
        if (found) {
          return found;
        }
      } catch (error) {
        this.log.warn(`A Python extension did not tell its environment: ${String(error)}`);
      }
    }
    return undefined;
  }

  private async askEnvironments(scope: vscode.Uri | undefined): Promise<SelectedEnvironment | undefined> {
    const api = await this.api<PythonEnvironmentApi>('ms-python.vscode-python-envs', (it) => it.onDidChangeEnvironment);
    const environment = await api?.getEnvironment(scope);
    return environment && { executable: environment.execInfo.run.executable, prefix: environment.sysPrefix };
  }

  private async askPython(scope: vscode.Uri | undefined): Promise<SelectedEnvironment | undefined> {
    const api = await this.api<PythonExtension>('ms-python.python', (it) => it.environments.onDidChangeActiveEnvironmentPath);
    const found = await api?.environments.resolveEnvironment(api.environments.getActiveEnvironmentPath(scope));
    return found?.executable.uri && { executable: found.executable.uri.fsPath, prefix: found.executable.sysPrefix };
  }

  private async api<T>(id: string, changes: (api: T) => vscode.Event<unknown>): Promise<T | undefined> {
    const api = await vscode.extensions.getExtension<T | undefined>(id)?.activate();
    if (api && !this.listening.has(id)) {
      this.listening.set(id, changes(api)(() => {
        this.answers.clear();
        this.changed.fire();
      }));
    }
    return api;
  }

  dispose(): void {
    this.changed.dispose();
    this.listening.forEach((subscription) => subscription.dispose());
  }
}

/**
 * The first candidate that is Python 3.10 or newer: `configured` alone when it is given, else the one selected in the
 * editor, else `python3`, `python` and `py` of the PATH. One that lies in the workspace comes last, unless
 * `preferSelected`, and is no candidate in an untrusted workspace. `rejected` gets what was tried in vain, in words.
 */
export async function findInterpreter(
  configured: readonly string[], selected: SelectedEnvironment | undefined, preferSelected: boolean, rejected: string[],
): Promise<Interpreter | undefined> {
  const candidates: { command: readonly string[]; source: string }[] = [];
  if (configured.length > 0) {
    candidates.push({ command: configured, source: 'the setting flask-ls.interpreter' });
  } else {
    candidates.push(...(await onPath(['python3', 'python', 'py'])).map((file) => ({ command: [file], source: 'the PATH' })));
    const last = selected !== undefined && !preferSelected && (await insideWorkspace(selected.executable));
    if (selected) {
      candidates.splice(last ? candidates.length : 0, 0, { command: [selected.executable], source: 'the Python extension' });
    }
  }
  for (const { command, source } of candidates) {
    if (!vscode.workspace.isTrusted && (await insideWorkspace(command[0] ?? ''))) {
      rejected.push(`${command.join(' ')}: lies in a workspace that is not trusted`);
      continue;
    }
    const version = (await run([...command, '-I', '-S', '-c', TELL_VERSION]))?.split(' ');
    if (version?.[0] === 'True') {
      return { command, origin: `Python ${version[1]} from ${source}` };
    }
    rejected.push(`${command.join(' ')}: ${version?.[1] ? `Python ${version[1]}` : 'cannot be run'}`);
  }
  return undefined;
}

/** Standard output of a command, or undefined when it fails. */
export function run(command: readonly string[]): Promise<string | undefined> {
  const [file = '', ...args] = command;
  // Not in the workspace: Windows looks for programs in the working directory first.
  return new Promise((done) => {
    const options = { cwd: os.homedir(), timeout: 10_000, windowsHide: true };
    execFile(file, args, options, (error, output) => done(error ? undefined : output.trim()));
  });
}

/** The files of these names on the PATH. Relative entries are passed over: they would mean the workspace. */
async function onPath(names: readonly string[]): Promise<string[]> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const files = names.flatMap((name) => folders.map((folder) => path.join(folder, name + suffix)));
  const exists = await Promise.all(files.map((file) => realpath(file).then(Boolean, () => false)));
  return files.filter((_, index) => exists[index]);
}

/** Whether a program, or what a link of that name leads to, lies in a folder of the workspace. */
async function insideWorkspace(file: string): Promise<boolean> {
  const real = (it: string): Promise<string> => realpath(it).catch(() => it);
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
  const outer = [...folders, ...(await Promise.all(folders.map(real)))];
  const ways = [file, await real(file)].flatMap((inner) => outer.map((folder) => path.relative(folder, inner)));
  return ways.some((way) => !way.startsWith('..') && !path.isAbsolute(way));
}
