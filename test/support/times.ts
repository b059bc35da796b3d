// The fixed date of the tests, and what stretches of time are called.
export const NOON = Date.UTC(2026, 2, 10, 12)

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
