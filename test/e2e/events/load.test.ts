// A thousand events a second for a while: every one is counted, and the document stays small.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { live, mailEvents, subjects, TOKEN } from '../../support/page/browser.ts'
import { eventually, until } from '../../support/eventually.ts'
import { useProgramLab } from '../../support/page/page-lab.ts'

const BATCHES = 50
const BATCH = 100

const lab = useProgramLab()

async function postAll(meanwhile: () => Promise<void>): Promise<void> {
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const started = performance.now()
    await lab.hub.post(mailEvents(BATCH, (index) => ({ subject: `Mail ${batch * BATCH + index}` })))
    await meanwhile()
    await sleep(Math.max(0, 100 - (performance.now() - started)))
  }
}

test('1,000 events a second: the list and the counts are right, the document stays small', async () => {
  const flowing = await lab.open()
  const held = await lab.open()
  await Promise.all([live(flowing.page), live(held.page)])
  await lab.hub.post(mailEvents(1, () => ({ subject: 'The first' })))
  await eventually(() => subjects(held.page)).toEqual(['The first'])
  await held.page.getByRole('button', { name: 'Pause' }).click()

  let most = 0
  const look = async () => void (most = Math.max(most, await flowing.page.locator('.line').count()))
  await postAll(look)

  // The one that flowed shows the last ones, each once and in order; the one that was held counted them all.
  const newest = Array.from({ length: 10 }, (_, index) => `Mail ${BATCHES * BATCH - 1 - index}`)
  await eventually(async () => (await subjects(flowing.page)).slice(0, 10)).toEqual(newest)
  expect(most).toBeLessThan(60)
  await held.page.getByRole('button', { name: '5,000 new' }).click()
  await eventually(async () => (await subjects(held.page)).slice(0, 10)).toEqual(newest)
  expect(await held.page.locator('.line').count()).toBeLessThan(60)

  // What the chart shows is what the server counted.
  const { minutes } = await until(async () => {
    const stats = await fetch(`${lab.hub.url}/api/stats?minutes=60`, { headers: { authorization: TOKEN } })
    expect(stats.status).toBe(200)
    return (await stats.json()) as { minutes: { counts: Record<string, number> }[] }
  })
  expect(minutes.reduce((sum, { counts }) => sum + (counts.sent ?? 0), 0)).toBe(BATCHES * BATCH + 1)
  const chart = flowing.page.getByRole('img', { name: 'Events in the last 5 minutes: 5,001 events' })
  await chart.waitFor()
  // A machine that is busy with other things may keep tracking behind for so long that counts are refused: they are asked for again.
  const problems = [...flowing.problems, ...held.problems]
  expect(problems.filter((problem) => !problem.includes('status of 503'))).toEqual([])
})
