// The SQLite file of what is under way of campaigns, for a hub that is a single process: its queue and its marks.
//
// A commit is written to the operating system, not waited for on the disk: kill -9 loses nothing, a power loss may lose
// the marks of the last moments, and the few mails they were of are then sent again.
import { HubError } from '../../../core/errors.ts'
import { openOwn } from '../../sqlite/own.ts'
import { transaction } from '../../sqlite/transaction.ts'

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS queue (
    place INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, campaign TEXT NOT NULL, chunk INTEGER NOT NULL,
    UNIQUE (campaign, chunk));
  CREATE TABLE IF NOT EXISTS chunks (
    campaign TEXT, chunk INTEGER, token INTEGER NOT NULL, PRIMARY KEY (campaign, chunk)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS marks (
    campaign TEXT, chunk INTEGER, n INTEGER, outcome TEXT, PRIMARY KEY (campaign, chunk, n)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS tokens (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL);
  INSERT OR IGNORE INTO tokens VALUES (1, 0);
`

/** Of the tables above: a change that an older hub could not live with makes it one more. */
const VERSION = 1

export type SendFile = ReturnType<typeof openSendFile>

export function openSendFile(file: string) {
  const { db, close } = openOwn(file, VERSION, SCHEMA)
  return {
    db,
    /** Does what touches the file, all or nothing. Whatever goes wrong with it, sending is unavailable. */
    atomically<T>(work: () => T): T {
      try {
        return transaction(db, work)
      } catch (error) {
        throw new HubError('sending.unavailable', { cause: error })
      }
    },
    close,
  }
}
