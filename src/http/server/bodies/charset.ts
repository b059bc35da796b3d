// The charset in which a client says that its text is written.
import { charsetNamed } from '../../../core/csv/charset.ts'
import { HubError } from '../../../core/errors.ts'

const CHARSET = /;\s*charset\s*=\s*"?([\w:.-]+)"?/i

/** The charset that a content type names, if any. */
export function charsetOf(contentType: string): string | undefined {
  const label = CHARSET.exec(contentType)?.[1]
  const charset = label === undefined ? undefined : charsetNamed(label)
  if (label !== undefined && charset === undefined)
    throw new HubError('request.unsupported_media_type', { message: `This charset is not known: ${label}` })
  return charset
}
