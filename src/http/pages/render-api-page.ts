/** As much of an OpenAPI document as the page shows. */
export interface ApiDocument {
  info: { title: string; version: string; description?: string };
  paths?: Record<string, unknown>;
}

interface Operation {
  summary?: string;
  parameters?: { name: string; in: string; schema?: unknown }[];
  requestBody?: { content?: Record<string, { schema?: unknown }> };
  responses?: Record<string, { content?: Record<string, { schema?: unknown }> }>;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
pre{overflow:auto;padding:.75rem;border:1px solid #8886;border-radius:.5rem;font-size:.8rem}h2{margin-top:2.5rem}`;

/** A readable page of every call: what it takes, what it answers. Static HTML, without scripts. */
export function renderApiPage(document: ApiDocument): string {
  const calls = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) =>
      renderOperation(`${method.toUpperCase()} ${path}`, operation),
    ),
  );
  const { title, version, description = '' } = document.info;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}</style>
<h1>${escapeHtml(title)} ${escapeHtml(version)}</h1><p>${escapeHtml(description)}</p>
<p><a href="openapi.json">openapi.json</a></p>
${calls.join('\n')}</html>`;
}

function renderOperation(name: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).map(
    (parameter) => `<li><code>${escapeHtml(parameter.name)}</code> in the ${escapeHtml(parameter.in)}</li>`,
  );
  const answers = Object.entries(operation.responses ?? {}).map(
    ([status, { content }]) => `<h3>Answer ${escapeHtml(status)}</h3>${renderContent(content)}`,
  );
  return `<section><h2><code>${escapeHtml(name)}</code></h2><p>${escapeHtml(operation.summary ?? '')}</p>
${parameters.length > 0 ? `<ul>${parameters.join('')}</ul>` : ''}
${operation.requestBody === undefined ? '' : `<h3>Body</h3>${renderContent(operation.requestBody.content)}`}
${answers.join('\n')}</section>`;
}

function renderContent(content: Record<string, { schema?: unknown }> | undefined): string {
  return Object.values(content ?? {})
    .map(({ schema }) => `<pre>${escapeHtml(JSON.stringify(schema, undefined, 2))}</pre>`)
    .join('');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
