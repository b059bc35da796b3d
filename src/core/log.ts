// What adapters say to the operator goes through this; pino's loggers fit.
export type Log = Record<'info' | 'warn' | 'error', (details: object, message: string) => void>
