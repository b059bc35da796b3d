// What is wrong with one field, said in the same words and shape as a schema says it.
import { HubError } from '../../../core/errors.ts'

export function badField(field: string, message: string, where = 'body'): HubError {
  return new HubError('request.invalid', {
    message: fieldMessage(where, field, message),
    details: [{ field, message }],
  })
}

/** `query: limit must be <= 1000`; of the whole only `body: must be object`. */
export function fieldMessage(where: string, field: string, message: string): string {
  return field === where ? `${where}: ${message}` : `${where}: ${field} ${message}`
}
