/** Starts the server, restarts it when what it runs on changes, and shows what it says of itself. */
import * as vscode from 'vscode';
import { LanguageClient, RevealOutputChannelOn, State, type LanguageClientOptions } from 'vscode-languageclient/node';
import { EXPLAIN_RULE, RuleDocumentation } from './documentation';
import { PythonExtensions, type SelectedEnvironment } from './interpreter';
import { expand, planLaunch } from './server';

const SETTINGS_OF_LAUNCH = ['enable', 'interpreter', 'importStrategy', 'path', 'args', 'diagnosticMode'];

/** Python, the templates, and the deployment files in which the server knows Flask's settings. */
const DOCUMENTS = [
  { scheme: 'file', language: 'python' },
  { scheme: 'untitled', language: 'python' },
  ...['jinja-html', 'jinja', 'jinja2'].map((language) => ({ scheme: 'file', language })),
  { scheme: 'file', language: 'html', pattern: '**/templates/**' },
  { scheme: 'file', pattern: '**/{Dockerfile,Containerfile,Dockerfile.*,*.Dockerfile,Procfile,Procfile.*}' },
  { scheme: 'file', pattern: '**/{.env,.env.*,*.env,.envrc,.flaskenv,*.sh,*.bash,*.service,Makefile,GNUmakefile,*.mk}' },
  { scheme: 'file', pattern: '**/{compose*.yml,compose*.yaml,docker-compose*.yml,docker-compose*.yaml,.gitlab-ci.yml}' },
  { scheme: 'file', pattern: '**/{app,render,heroku,koyeb,zeabur,apprunner,app-spec,appspec}.{yml,yaml}' },
  { scheme: 'file', pattern: '**/{app.json,railway.json,fly*.toml,railway*.toml,*uwsgi*.ini,supervisor*.conf,supervisor*.ini}' },
  { scheme: 'file', pattern: '**/{supervisor*,supervisor*/conf.d}/*.{conf,ini}' },
  { scheme: 'file', pattern: '**/.github/workflows/*.{yml,yaml}' },
  { scheme: 'file', pattern: '**/{k8s,kubernetes,kube,manifests,deploy,deployment,deployments,.do}/**/*.{yml,yaml}' },
  { scheme: 'file', pattern: '**/{config,settings,config.*,settings.*,*.cfg}{,.json,.toml,.yml,.yaml,.ini}' },
  { scheme: 'file', pattern: '**/{flask-ls.toml,pyproject.toml}' },
];

/** Parameters of the server's notification `flask-ls/status`. */
type ServerStatus = { text: string; detail?: string; severity?: 'information' | 'warning' | 'error'; busy?: boolean };

let session: Session | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  session = new Session(context);
  await session.refresh();
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}

/** One run of the extension: at most one server, and what surrounds it. */
class Session {
  private readonly log = vscode.window.createOutputChannel('Flask Language Server', { log: true });
  private readonly status = vscode.languages.createLanguageStatusItem('flask-ls.status', DOCUMENTS);
  private readonly python = new PythonExtensions(this.log);
  private readonly documentation: RuleDocumentation;
  private client: LanguageClient | undefined;
  private running = '';
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly context: vscode.ExtensionContext) {
    this.status.name = 'Flask';
    this.documentation = new RuleDocumentation(context);
    context.subscriptions.push(
      this.log,
      this.status,
      this.python,
      vscode.commands.registerCommand('flask-ls.restart', () => this.refresh(true)),
      vscode.commands.registerCommand('flask-ls.showOutput', () => this.log.show()),
      vscode.commands.registerCommand('flask-ls.showDocumentation', (code?: string) => this.explain(code)),
      this.python.onDidChange(() => this.refresh()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.refresh(true)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (SETTINGS_OF_LAUNCH.some((name) => event.affectsConfiguration(`flask-ls.${name}`))) {
          void this.refresh();
        }
      }),
    );
  }

  /** Brings the server to what the settings ask for now; one that is right already is left alone unless `force`. */
  refresh(force = false): Promise<void> {
    this.queue = this.queue.then(() => this.doRefresh(force)).catch((error: unknown) => this.log.error(String(error)));
    return this.queue;
  }

  private async doRefresh(force: boolean): Promise<void> {
    if (!vscode.workspace.getConfiguration('flask-ls').get('enable', true)) {
      await this.stop();
      this.show({ text: 'Off', detail: 'by the setting flask-ls.enable' });
      return;
    }
    const selected = await this.python.selected(vscode.workspace.workspaceFolders?.[0]?.uri);
    const launch = await planLaunch(this.context, selected);
    const wanted = JSON.stringify([launch, selected, vscode.workspace.getConfiguration('flask-ls').get('diagnosticMode')]);
    if (!force && wanted === this.running) {
      return;
    }
    await this.stop();
    this.running = wanted;
    if ('problem' in launch) {
      this.log.error(launch.problem);
      this.show({ text: 'No Python', detail: launch.problem, severity: 'error' });
      const settings = 'Open Settings';
      void vscode.window.showErrorMessage(launch.problem, settings).then((answer) =>
        answer && vscode.commands.executeCommand('workbench.action.openSettings', 'flask-ls.interpreter'));
      return;
    }
    this.log.info(`Starting ${launch.why}: ${launch.command.join(' ')}`);
    await this.start(launch.command, selected);
  }

  private async start([command = '', ...args]: readonly string[], selected: SelectedEnvironment | undefined): Promise<void> {
    // The server is told the folders of the workspace; running beside its own files keeps it out of them.
    const options = { cwd: this.context.extensionPath };
    const client = new LanguageClient('flask-ls', 'Flask Language Server', { command, args, options }, this.clientOptions(selected));
    this.client = client;
    client.onNotification('flask-ls/status', (status: ServerStatus) => this.show(status));
    client.onDidChangeState(({ newState }) => {
      void vscode.commands.executeCommand('setContext', 'flask-ls.running', newState === State.Running);
      if (newState === State.Starting) {
        this.show({ text: 'Starting', busy: true });
      } else if (newState === State.Running) {
        this.show({ text: 'Running' });
      } else if (this.client === client) {
        this.show({ text: 'Stopped', detail: 'see the output', severity: 'error' });
      }
    });
    // A failure was shown and logged by the client.
    await client.start().catch(() => undefined);
  }

  private clientOptions(selected: SelectedEnvironment | undefined): LanguageClientOptions {
    return {
      documentSelector: DOCUMENTS,
      outputChannel: this.log,
      traceOutputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: {
        settings: this.settings(undefined, selected),
        trusted: vscode.workspace.isTrusted,
        showsDocumentation: true,
      },
      middleware: {
        workspace: {
          configuration: async (params, token, next) => {
            const answer = (await next(params, token)) as unknown[];
            return Promise.all(params.items.map(async ({ section, scopeUri }, index) => {
              const scope = scopeUri === undefined ? undefined : vscode.Uri.parse(scopeUri);
              return section === 'flask-ls' ? this.settings(scope, await this.python.selected(scope)) : answer[index];
            }));
          },
        },
        executeCommand: async (command, args, next) => {
          const result: unknown = await next(command, args);
          if (command === EXPLAIN_RULE && typeof result === 'string') {
            await this.documentation.show(String(args[0]), result);
          }
          return result;
        },
      },
    };
  }

  /** The section `flask-ls` for a folder, with the environment selected in the editor where none is set. */
  private settings(scope: vscode.Uri | undefined, selected: SelectedEnvironment | undefined): Record<string, unknown> {
    const section = vscode.workspace.getConfiguration('flask-ls', scope ?? null);
    const environment = expand(section.get('environment', '')) || (vscode.workspace.isTrusted ? (selected?.prefix ?? '') : '');
    return { ...(JSON.parse(JSON.stringify(section)) as Record<string, unknown>), environment };
  }

  private async explain(code?: string): Promise<void> {
    const rule = code ?? (await this.documentation.pick());
    await (rule && this.client?.isRunning() && vscode.commands.executeCommand(EXPLAIN_RULE, rule));
  }

  private show({ text, detail = '', severity = 'information', busy = false }: ServerStatus): void {
    const { Information, Warning, Error } = vscode.LanguageStatusSeverity;
    const [title, command] = this.client?.isRunning() ? ['Details', 'flask-ls.showStatus'] : ['Show Output', 'flask-ls.showOutput'];
    Object.assign(this.status, { text, busy, command: { title, command, tooltip: detail } });
    this.status.severity = { information: Information, warning: Warning, error: Error }[severity];
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.running = '';
    // A server that hangs is killed by the client; there is nothing else to do about it.
    await client?.dispose().catch((error: unknown) => this.log.warn(String(error)));
  }
}
