/** Runbooks beside the page: the files of docs/runbooks, which the service brings along. */
import { openDialog } from '../ui/dialogs.js';
import { html, nothing, View } from '../ui/element.js';
import { t } from '../ui/i18n.js';

/** Shows one in a dialog. */
export function openRunbook(name) {
  return openDialog(t('admin.runbook.title'), () => html`<admin-runbook .name=${name}></admin-runbook>`);
}

class AdminRunbook extends View {
  static properties = { name: { attribute: false }, text: { state: true } };

  firstUpdated() {
    this.run(async () => {
      const answer = await fetch(new URL(`runbooks/${this.name}.md`, import.meta.url));
      if (!answer.ok) {
        throw Object.assign(new Error(), { code: 'not_found' });
      }
      this.text = await answer.text();
    });
  }

  render() {
    return html`<div class="runbook">${this.problemView()}${this.text === undefined ? nothing : markdown(this.text)}</div>`;
  }
}

customElements.define('admin-runbook', AdminRunbook);

/** The little of Markdown that our runbooks use, as elements: headings, lists, tables, code, and paragraphs. */
export function markdown(text) {
  const parts = [];
  for (const [index, block] of text.split(/^[ \t]*```\w*[ \t]*$/m).entries()) {
    if (index % 2) {
      parts.push(html`<pre tabindex="0"><code>${block.replace(/^\n|\s+$/g, '').replace(/^ {3}/gm, '')}</code></pre>`);
    } else {
      parts.push(...block.split(/\n\s*\n/).map((piece) => piece.trim()).filter(Boolean).map(piece));
    }
  }
  return parts;
}

function piece(text) {
  if (text.startsWith('#')) {
    const [head, ...rest] = text.split('\n');
    return html`<h3>${inline(head.replace(/^#+\s*/, ''))}</h3>${rest.length ? piece(rest.join('\n')) : nothing}`;
  }
  if (text.startsWith('|')) {
    const rows = text.split('\n').map((line) => line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim()));
    const [head, , ...body] = rows;
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label=${head.join(', ')}><table>
        <thead><tr>${head.map((cell) => html`<th scope="col">${inline(cell)}</th>`)}</tr></thead>
        <tbody>${body.map((row) => html`<tr>${row.map((cell) => html`<td>${inline(cell)}</td>`)}</tr>`)}</tbody>
      </table></div>`;
  }
  if (/^(-|\d+\.) /.test(text)) {
    const items = text.split(/\n(?=(?:-|\d+\.) )/).map((item) => html`<li>${inline(item.replace(/^(-|\d+\.) /, ''))}</li>`);
    return text.startsWith('-') ? html`<ul>${items}</ul>`
      : html`<ol .start=${Number.parseInt(text, 10)}>${items}</ol>`;
  }
  return html`<p>${inline(text)}</p>`;
}

/** Code is shown as such; of a link its words, as the file that it leads to is not here. */
function inline(text) {
  return text.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').replace(/\*\*/g, '').split('`')
    .map((part, index) => (index % 2 ? html`<code>${part}</code>` : part));
}
