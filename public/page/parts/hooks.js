// What views and parts use to follow something: a store, the clock, a size, a media query.
/** @import { Answer, Clock, Store } from '../types.d.ts' */
/** @import { Asking } from '../ground/asking.js' */
import { undoneOf } from '../ground/asking.js'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from '../vendor/htm.js'

/**
 * @template T
 * @param {Store<T>} store
 * @returns {T}
 */
export function useStore(store) {
  const [, setState] = useState(store.get())
  useLayoutEffect(() => {
    const update = () => setState(store.get())
    update()
    return store.subscribe(update)
  }, [store])
  return store.get()
}

/**
 * Asks, and follows the answer; asks anew when the inputs change. The second of what it gives asks again.
 * @template T
 * @param {Asking} asking
 * @param {(signal: AbortSignal) => Promise<T>} read
 * @param {readonly unknown[]} inputs
 * @param {{ everyMs?: number }} [how]
 * @returns {[Answer<T>, () => Promise<void>]}
 */
export function useQuestion(asking, read, inputs, how) {
  const question = useMemo(() => asking.question(read, how), inputs)
  useEffect(() => {
    question.ask()
    return question.close
  }, [question])
  return [useStore(question.store), question.ask]
}

/** What hangs on numbers that change all the time is asked for at this pace. */
const FRESH_MS = 3000

/** Asks again when what it hangs on has changed, no more often than that is worth. @param {() => unknown} again @param {unknown} sign */
export function useFresh(again, sign) {
  const first = useRef(true)
  const due = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined))
  useEffect(() => {
    if (first.current) first.current = false
    else
      due.current ??= setTimeout(() => {
        due.current = undefined
        again()
      }, FRESH_MS)
  }, [sign])
  useEffect(() => () => clearTimeout(due.current), [])
}

/** So long a view waits for its parts: what comes later moves what is below it. */
const PATIENCE_MS = 3000

/** False once one has waited for long enough. */
export function usePatience() {
  const [patient, setPatient] = useState(true)
  useEffect(() => {
    const timer = setTimeout(() => setPatient(false), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return patient
}

/**
 * The time, a little later again and again: for ages. Not while nobody sees them.
 * @param {Clock} clock
 */
export function useNow(clock) {
  const [now, setNow] = useState(clock())
  useEffect(() => {
    const timer = setInterval(() => document.hidden || setNow(clock()), 1000)
    return () => clearInterval(timer)
  }, [clock])
  return now
}

/**
 * An element's size inside.
 * @param {{ current: Element | null }} ref
 */
export function useSize(ref) {
  const [size, setSize] = useState({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    measure()
    return () => observer.disconnect()
  }, [])
  return size
}

/**
 * What is done when somebody asks for it, one thing at a time: which is under way, and why the last one was not done. Its button
 * stays enabled meanwhile, or it would lose the focus.
 * @param {string} [what] what it comes to when that fails: “Not sent”
 */
export function useDoing(what) {
  const [{ busy, problem }, setState] = useState({ busy: '', problem: '' })
  const isBusy = useRef(false)
  /** @param {string} which @param {() => unknown} act may be waited for */
  const doing = (which, act) => async () => {
    if (isBusy.current) return
    isBusy.current = true
    setState({ busy: which, problem: '' })
    let problem = ''
    try {
      await act()
    } catch (error) {
      problem = undoneOf(error, what)
    }
    isBusy.current = false
    setState({ busy: '', problem })
  }
  return { busy, problem, doing }
}

/** @param {string} query */
export function useMedia(query) {
  const [list] = useState(() => matchMedia(query))
  const [matches, setMatches] = useState(list.matches)
  useEffect(() => {
    const update = () => setMatches(list.matches)
    list.addEventListener('change', update)
    return () => list.removeEventListener('change', update)
  }, [list])
  return matches
}

/** What a row of switches fades into. */
const FADE = 24

/** Of a row of switches that is longer than its room, the one that is on is seen first. */
export function usePressedInSight() {
  const row = useRef(/** @type {HTMLElement | null} */ (null))
  useEffect(() => {
    const on = row.current?.querySelector('[aria-pressed=true]')
    if (!row.current || !on) return
    row.current.scrollLeft += Math.max(
      0,
      on.getBoundingClientRect().right + FADE - row.current.getBoundingClientRect().right,
    )
  }, [])
  return row
}
