// The hub dies and comes back while one looks: nothing is missing, nothing is there twice.
import { expect, test } from 'vitest'
import { live, mailEvents, subjects } from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { useProgramLab } from '../../support/page/page-lab.ts'

const lab = useProgramLab()

const post = (from: number, count: number) =>
  lab.hub.post(mailEvents(count, (index) => ({ subject: `Mail ${from + index}` })))
const newestFirst = (count: number) =>
  Array.from({ length: count }, (_, index) => `Mail ${count - 1 - index}`)

test('after kill -9 and a new start the list goes on where it was', async () => {
  await post(0, 4)
  const { page, problems } = await lab.open()
  await live(page)
  await eventually(() => subjects(page)).toEqual(newestFirst(4))

  await lab.hub.kill()
  await page.getByText('Reconnecting, nothing lost').first().waitFor()
  expect(await subjects(page)).toEqual(newestFirst(4))

  await lab.hub.start()
  // Some before the page is back, some after.
  await post(4, 3)
  await live(page)
  await post(7, 3)
  await eventually(() => subjects(page)).toEqual(newestFirst(10))

  // A reload finds the same.
  await page.reload()
  await live(page)
  await eventually(() => subjects(page)).toEqual(newestFirst(10))
  // A browser tells of every connection that it does not get; of nothing else.
  expect(
    problems.filter(
      (problem) => !/ERR_(CONNECTION_(REFUSED|RESET)|EMPTY_RESPONSE)|WebSocket connection to/.test(problem),
    ),
  ).toEqual([])
})
