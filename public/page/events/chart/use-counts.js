// Which steps the chart's time is counted in, and the counting: shorter than a minute as long as there are not too many events.
/** @import { App } from '../../main.js' */
/** @import { Frame, Standing } from '../counts/spans.js' */
/** @import { Tally } from '../counts/tally.js' */
/** @import { Filter } from '../../types.d.ts' */
import { useEffect, useMemo, useRef, useState } from '../../vendor/htm.js'
import { ApiError } from '../../ground/api.js'
import { addressOf, isCountedByMinute, queryOf } from '../filter/filter.js'
import { together } from '../counts/rates.js'
import { frameOfTime, iso } from '../counts/spans.js'
import { createTally } from '../counts/tally.js'

/** The hub counts a million in short steps. Not up to that: as many may stand at the frame's other end. */
const FEW = 800_000
const TRY_AGAIN_MS = 60_000

/** @param {unknown} error */
const isTooMany = (error) => error instanceof ApiError && error.code === 'stats.too_many'

/**
 * Counts what the chart shows.
 * @param {App} app @param {Filter} filter @param {Standing} standing @param {number} now @param {boolean} ready
 */
export function useCounts(app, filter, standing, now, ready) {
  const [tooMany, setTooMany] = useState({ of: '', at: 0 })
  const short = frameOfTime(filter, standing, now)
  const of = `${short.isLive || short.start} ${addressOf({ ...filter, since: '', until: '', span: '' })}`
  const byMinute = tooMany.of === of
  const frame = byMinute ? frameOfTime(filter, standing, now, true) : short
  const tally = useTally(app, filter, frame, ready, () => {
    if (isCountedByMinute(filter)) setTooMany({ of, at: app.api.now() })
  })
  useEffect(() => {
    if (!byMinute || !frame.isLive || now - tooMany.at < TRY_AGAIN_MS || tally.reach() === 0) return
    if (together(tally.rates.bars(frame.start, frame.end)).total < FEW) setTooMany({ of: '', at: 0 })
  })
  return { frame, tally }
}

/**
 * What has passed is asked for once.
 * @param {App} app @param {Filter} filter @param {Frame} frame @param {boolean} ready
 * @param {() => void} onTooMany
 */
function useTally({ api, asking, feed }, filter, { span, start, end, isLive }, ready, onTooMany) {
  const { step, length } = span
  const of = { ...filter, since: '', until: '' }
  const liveStart = () => Math.floor(api.now() / step) * step + step - length
  const inputs = [addressOf({ ...of, span: '' }), step, isLive || start]
  /** @type {Tally} */
  const tally = useMemo(
    () =>
      createTally({
        asking,
        now: api.now,
        step,
        start: isLive ? liveStart : () => start,
        read: (since, signal) => {
          const time = { since: iso(since), until: isLive ? undefined : iso(end), step: step / 1000 }
          return api.stats({ ...queryOf(of), ...time }, signal).catch((error) => {
            if (isTooMany(error)) onTooMany()
            throw error
          })
        },
        // A list that shows a part of the time only is not told of the rest.
        ...(isLive && { sees: () => feed.seesAll() && !feed.store.get().filter.until }),
      }),
    inputs,
  )
  const asked = useRef(/** @type {Tally | null} */ (null))
  if (ready) asked.current = tally
  const isAsked = asked.current === tally
  useEffect(() => {
    if (!isAsked) return
    tally.start()
    const stop = feed.onRows(tally.count)
    return () => {
      stop()
      tally.stop()
    }
  }, [tally, isAsked])
  return tally
}
