// Import: a file is dropped, looked through without changing anything, and then brought in; what could not be read is given back.
/** @import { App } from '../../main.js' */
/** @import { ImportReport } from '../types.d.ts' */
/** @import { ImportState, Target } from './importing.js' */
import { html, useEffect } from '../../vendor/htm.js'
import { count, counted, plain } from '../../ground/words.js'
import { save } from '../../lists/export-button.js'
import { FileDrop } from './file-drop.js'
import { useStore } from '../../parts/hooks.js'
import { Icon } from '../../parts/icon.js'
import { PeopleHead, Switches } from '../common.js'
import { Progress } from '../../parts/progress.js'
import { fileImport } from './importing.js'

const PLACE = '/dashboard/subscribers'
/** Lines with errors that are shown; all that were told are in the file. */
const SHOWN_ERRORS = 5

/** @param {{ app: App }} props */
export function ImportView({ app }) {
  const state = useStore(fileImport.store)
  const { search } = useStore(app.router.store)
  const wanted = /** @type {Target} */ (
    new URLSearchParams(search).get('into') === 'suppressions' ? 'suppressions' : 'subscribers'
  )
  // A file that is there stays where it goes to.
  const target = state.phase === 'none' ? wanted : state.target
  useEffect(() => app.title.set({ view: 'Import' }), [])
  useEffect(() => {
    const said = saidOf(state)
    if (said) app.say(said)
  }, [state.phase])
  const choose = (/** @type {Target} */ into) => () => {
    fileImport.reset()
    app.router.go(`${PLACE}/import${into === 'suppressions' ? '?into=suppressions' : ''}`, { replace: true })
  }
  const busy = state.phase === 'checking' || state.phase === 'importing'
  return html`
    <div class="people import">
      <${PeopleHead} app=${app} title="Import" />
      <div class="import-body">
        ${
          !busy &&
          html`<${Switches}
            label="Into"
            choices=${[
              { word: 'Import subscribers', on: target === 'subscribers', onChoose: choose('subscribers') },
              {
                word: 'Import suppressions',
                on: target === 'suppressions',
                onChoose: choose('suppressions'),
              },
            ]}
          />`
        }
        ${state.phase === 'none' && html`<${Drop} app=${app} target=${target} />`}
        ${busy && html`<${Running} state=${state} />`}
        ${state.phase === 'failed' && html`<${Broken} state=${state} />`}
        ${(state.phase === 'checked' || state.phase === 'done') && state.report && html`<${Report} state=${state} report=${state.report} />`}
      </div>
    </div>
  `
}

/** @param {{ app: App, target: Target }} props */
function Drop({ app, target }) {
  return html`
    <${FileDrop}
      label="Drop a CSV file here, or choose one"
      accept=".csv,.txt,.tsv,text/csv"
      onFile=${(/** @type {File} */ file) => fileImport.check(app.api, target, file)}
    />
    ${
      target === 'subscribers'
        ? html`<ul class="says">
            <li>The file is checked first: nothing changes until you import it.</li>
            <li>
              One address per line is enough. Column titles are understood in many languages, and so is a
              column that says who has left.
            </li>
            <li>A file never brings back people who left, bounced or complained.</li>
          </ul>`
        : html`<ul class="says">
            <li>The file is checked first: nothing changes until you import it.</li>
            <li>
              The addresses in it get no more mail. Import another tool’s bounces, complaints and unsubscribes
              here before you import its list.
            </li>
          </ul>`
    }
  `
}

/** @param {{ state: ImportState }} props */
function Running({ state: { phase, file, sent } }) {
  const size = file?.size ?? 0
  const doing = phase === 'checking' ? 'Checking' : 'Importing'
  return html`
    <section>
      <h2>${doing} <bdi>${plain(file?.name ?? '')}</bdi></h2>
      <${Progress} done=${Math.min(sent, size)} of=${size} label=${doing} />
      <p class="hint">
        ${megabytes(Math.min(sent, size))} of ${megabytes(size)}.
        ${phase === 'checking' ? ' Nothing has changed yet.' : ' You can look at other views meanwhile, but keep this tab open.'}
      </p>
      <p><button type="button" class="plain" onClick=${fileImport.cancel}>Cancel</button></p>
    </section>
  `
}

/** @param {{ state: ImportState }} props */
function Broken({ state: { problem, dry } }) {
  return html`
    <section role="alert">
      <h2><${Icon} name="problem" tone="amber" /> ${dry ? 'Not checked' : 'Interrupted'}: ${problem}</h2>
      <p>
        ${
          dry
            ? 'Nothing has changed.'
            : 'What was read so far has been imported. Importing the same file again adds nobody twice.'
        }
      </p>
      <p class="deeds">
        <button type="button" class="main" onClick=${fileImport.again}>Try again</button>
        <button type="button" class="plain" onClick=${fileImport.reset}>Choose another file</button>
      </p>
    </section>
  `
}

/** @param {{ state: ImportState, report: ImportReport }} props */
function Report({ state: { phase, file, target }, report }) {
  const done = phase === 'done'
  const { added, updated = 0, skipped, left, columns, error_count: wrong } = report
  const name = plain(file?.name ?? '')
  const all = added + updated + (left ?? 0)
  if (columns.used.length === 0) return html`<${NoList} name=${name} why=${report.errors[0]?.message} />`
  const facts = [
    { word: done ? 'Added' : 'Will be added', amount: added, says: '' },
    ...(report.updated === undefined
      ? []
      : [
          {
            word: done ? 'Renamed' : 'Will be renamed',
            amount: updated,
            says: 'already on the list, with another name',
          },
        ]),
    ...(left === undefined
      ? []
      : [
          {
            word: 'Get no mail',
            amount: left,
            says: 'marked in the file as left, bounced, complained or not confirmed',
          },
        ]),
    {
      word: 'Skipped',
      amount: skipped,
      says:
        target === 'subscribers'
          ? 'already on the list, twice in the file, or not brought back'
          : 'already suppressed, twice in the file, or expired',
    },
    { word: 'Cannot be read', amount: wrong, says: wrong ? 'these lines are left out' : '' },
  ]
  return html`
    <section>
      <h2>${done ? html`<${Icon} name="check" tone="green" /> Imported` : 'Checked'} <bdi>${name}</bdi></h2>
      <dl class="facts">
        ${facts.map(
          ({ word, amount, says }) => html`
            <div>
              <dt>${word}</dt>
              <dd><strong>${count(amount)}</strong> ${says && html`<span class="hint">${says}</span>`}</dd>
            </div>
          `,
        )}
        <div>
          <dt>Columns read</dt>
          <dd><bdi>${columns.used.map(plain).join(', ') || '–'}</bdi></dd>
        </div>
        <div>
          <dt>Columns ignored</dt>
          <dd><bdi>${columns.ignored.map(plain).join(', ') || 'none'}</bdi></dd>
        </div>
        <div>
          <dt>Encoding</dt>
          <dd>
            ${report.charset}${report.charset_assumed ? ' (guessed: check that the names are right)' : ''}
          </dd>
        </div>
      </dl>
    </section>
    ${wrong > 0 && html`<${Wrong} report=${report} name=${name} />`}
    <p class="deeds">
      ${
        done
          ? html`<a class="main" href=${target === 'subscribers' ? PLACE : `${PLACE}/suppressions`} data-view
              >Show the ${target}</a
            >`
          : html`<button type="button" class="main" disabled=${all === 0} onClick=${fileImport.start}>
              ${all === 0 ? 'Nothing to import' : `Import ${counted(all, target.slice(0, -1))}`}
            </button>`
      }
      <button type="button" class="plain" onClick=${fileImport.reset}>Choose another file</button>
    </p>
  `
}

/** @param {{ name: string, why: string | undefined }} props */
function NoList({ name, why }) {
  return html`
    <section role="alert">
      <h2><${Icon} name="problem" tone="amber" /> <bdi>${name}</bdi> is not a list of addresses</h2>
      <p>${why ? `${plain(why)}. ` : ''}Nothing has changed.</p>
      <p class="deeds">
        <button type="button" class="main" onClick=${fileImport.reset}>Choose another file</button>
      </p>
    </section>
  `
}

/** @param {{ report: ImportReport, name: string }} props */
function Wrong({ report: { errors, error_count: all }, name }) {
  const download = () => {
    const lines = errors.map(({ line, message }) => `${line},"${message.replaceAll('"', '""')}"`)
    save(
      new Blob([`line,message\n${lines.join('\n')}\n`], { type: 'text/csv' }),
      `errors of ${name || 'the file'}.csv`,
    )
  }
  return html`
    <section>
      <h2>${counted(all, 'line')} that cannot be read</h2>
      <ul class="wrong-lines">
        ${errors
          .slice(0, SHOWN_ERRORS)
          .map(
            ({ line, message }) =>
              html`<li><span>Line ${count(line)}</span><bdi>${plain(message)}</bdi></li>`,
          )}
      </ul>
      <p>
        <button type="button" class="plain" onClick=${download}>
          <${Icon}
            name="inbound"
          />${all > errors.length ? `Download the first ${count(errors.length)}` : 'Download them'}
        </button>
      </p>
    </section>
  `
}

/** @param {ImportState} state */
function saidOf({ phase, report, problem }) {
  if (phase === 'failed') return problem
  if (phase === 'checked') return `Checked: ${count(report?.added ?? 0)} will be added`
  return phase === 'done' ? `Imported: ${count(report?.added ?? 0)} added` : ''
}

/** @param {number} bytes */
function megabytes(bytes) {
  return bytes < 100_000 ? `${count(Math.ceil(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
