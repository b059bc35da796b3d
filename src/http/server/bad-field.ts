// What is wrong with one field, said in the same words and shape as a schema says it.
import { HubError } from '../../core/errors.ts'

export function badField(field: string, message: string, where = 'body'): HubError {
  return new HubError('request.invalid', {
    message: `${where}: ${field} ${message}`,
    details: [{ field, message }],
  })
}
