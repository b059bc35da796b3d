// A draft as the page keeps it, beside what others do to the same one meanwhile.
import { afterEach, expect, test, vi } from 'vitest'
import { until } from '../support/eventually.ts'
import { createDraft } from '../../public/page/campaigns/draft/draft.js'
import { ApiError } from '../../public/page/ground/api.js'

afterEach(() => void vi.unstubAllGlobals())

type Draft = Parameters<typeof createDraft>[0]
type Campaign = NonNullable<Draft['campaign']>

const ours = { id: 'a', subject: 'May', content: '<p>Ours</p>', tag: '' } as Campaign
const NO_SUCH = () => new ApiError(404, 'campaign.not_found', 'There is no such campaign')

/** A hub that has one draft: `theirs`, or none. */
function setup(theirs: object | null) {
  const asked: string[] = []
  const hub = { theirs: theirs as Record<string, unknown> | null }
  const api = {
    now: () => 0,
    get: async () => {
      if (!hub.theirs) throw NO_SUCH()
      return hub.theirs
    },
    async call(method: string, path: string, { body }: { body?: object } = {}) {
      asked.push(`${method} ${path}`)
      if (method === 'PATCH' && !hub.theirs) throw NO_SUCH()
      return (hub.theirs = { ...(hub.theirs ?? { id: 'b' }), ...body })
    },
  } as Draft['api']
  const made: string[] = []
  const onSaved: Draft['onSaved'] = ({ id }, isNew) => void (isNew && made.push(id))
  return { asked, hub, made, draft: createDraft({ api, campaign: ours, onSaved }) }
}

test('one that nobody else has touched is what it was, however it was saved', async () => {
  const { draft, hub } = setup({ ...ours })
  await draft.look()
  draft.change('subject', 'May ')
  await draft.flush()
  hub.theirs = { ...hub.theirs }
  await draft.look()
  expect(draft.store.get()).toMatchObject({ state: 'saved', gone: false, version: 1 })
})

test('what was changed elsewhere is shown, and told, before it can be sent unseen', async () => {
  const { draft } = setup({ ...ours, content: '<p>Theirs</p>' })
  await expect(draft.look()).rejects.toThrow(/changed elsewhere/)
  expect(draft.store.get()).toMatchObject({ fields: { content: '<p>Theirs</p>' }, version: 1 })
  await draft.look()
})

test('what is typed meanwhile is not lost to what was changed elsewhere', async () => {
  const { draft } = setup({ ...ours, content: '<p>Theirs</p>' })
  draft.change('content', '<p>Typed</p>')
  await draft.look()
  expect(draft.store.get().fields.content).toBe('<p>Typed</p>')
  draft.drop()
})

test.each(['look', 'flush'] as const)(
  'deleted elsewhere, as told by %s, it is saved as another',
  async (what) => {
    const { draft, asked, made } = setup(null)
    if (what === 'flush') draft.change('subject', 'June')
    await expect(draft[what]()).rejects.toThrow('There is no such campaign')
    expect(draft.store.get()).toMatchObject({ state: 'failed', gone: true })
    await draft.renew()
    expect(asked.at(-1)).toBe('POST /campaigns')
    expect(made).toEqual(['b'])
    expect(draft.store.get()).toMatchObject({ id: 'b', state: 'saved', gone: false })
  },
)

test('what could not be saved when one left is there again, until it is saved', async () => {
  const kept = new Map<string, string>()
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
    removeItem: (name: string) => void kept.delete(name),
  })
  const { draft } = setup(null)
  draft.change('tag', 'may')
  draft.close()
  await until(() => expect(kept.size).toBe(1))
  const again = setup({ ...ours, subject: 'June' })
  expect(again.draft.store.get()).toMatchObject({ state: 'unsaved', fields: { subject: 'May', tag: 'may' } })
  await again.draft.flush()
  expect(again.hub.theirs).toMatchObject({ subject: 'June', tag: 'may' })
  expect([kept.size, setup(ours).draft.store.get().state]).toEqual([0, 'saved'])
})
