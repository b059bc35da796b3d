// The log as core and adapters see it; pino's loggers fit.
export type Log = Record<'info' | 'warn' | 'error', (details: object, message: string) => void>
