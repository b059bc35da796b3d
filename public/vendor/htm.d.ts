// The types of /vendor/htm.js (htm and preact in one file, which comes without any): as much as the page uses.

export type Node = object | string | number | boolean | null | undefined | readonly Node[]
export type Cleanup = () => void

export function html(strings: TemplateStringsArray, ...values: readonly unknown[]): Node
export function render(what: Node, into: Element): void

export function useState<T>(initial: T | (() => T)): [T, (next: T | ((before: T) => T)) => void]
export function useEffect(effect: () => Cleanup | void, inputs?: readonly unknown[]): void
export function useLayoutEffect(effect: () => Cleanup | void, inputs?: readonly unknown[]): void
export function useRef<T>(initial: T): { current: T }
export function useMemo<T>(make: () => T, inputs: readonly unknown[]): T
export function useCallback<T>(callback: T, inputs: readonly unknown[]): T
