// The SQLite file for campaigns under way, in a hub of a single process: the queue and the marks.
//
// A commit goes to the operating system without waiting for the disk: kill -9 loses nothing; a power loss may lose the marks of
// the last moments, and their few mails are then sent again.
import { HubError } from '../../../core/errors.ts'
import { openExclusive } from '../../sqlite/exclusive.ts'
import { rememberPlace } from '../../sqlite/place.ts'
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

/** To be raised by a change of the tables that an older hub cannot live with. */
const VERSION = 1

export type SendFile = ReturnType<typeof openSendFile>

export function openSendFile(file: string) {
  const { db, close } = openExclusive(file, VERSION, SCHEMA)
  const checkPlace = rememberPlace(file)
  function attempt<T>(work: () => T): T {
    try {
      checkPlace()
      return work()
    } catch (error) {
      throw new HubError('sending.unavailable', { cause: error })
    }
  }
  return {
    db,
    /** Runs in a transaction. Any failure of the file is sending.unavailable. */
    atomically: <T>(work: () => T): T => attempt(() => transaction(db, work)),
    /** Throws sending.unavailable if the file was removed or replaced. */
    check: () => attempt(() => {}),
    close,
  }
}
