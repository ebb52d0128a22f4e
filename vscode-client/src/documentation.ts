/** Shows the documentation of a rule as the server tells it. */
import * as vscode from 'vscode';

const SCHEME = 'flask-ls-rule';

/** Server command: rule code -> its documentation as Markdown. */
export const EXPLAIN_RULE = 'flask-ls.explainRule';

export class RuleDocumentation implements vscode.TextDocumentContentProvider {
  private readonly pages = new Map<string, string>();

  constructor(private readonly context: vscode.ExtensionContext) {
    context.subscriptions.push(vscode.workspace.registerTextDocumentContentProvider(SCHEME, this));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.pages.get(uri.path) ?? '';
  }

  async show(code: string, markdown: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${code}.md` });
    this.pages.set(uri.path, markdown);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  /** One of the rules that the manifest's generated settings list. */
  async pick(): Promise<string | undefined> {
    const settings: unknown = this.context.extension.packageJSON.contributes.configuration.properties;
    const rules = (settings as Record<string, { properties: Record<string, { description?: string }> }>)['flask-ls.severity'];
    const items = Object.entries(rules?.properties ?? {}).map(([label, { description = '' }]) => ({ label, description }));
    return (await vscode.window.showQuickPick(items, { placeHolder: 'Rule', matchOnDescription: true }))?.label;
  }
}
