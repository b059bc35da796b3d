// For --import: writes down, at SIGUSR2, which files a process has loaded, and which of Node's own.
import { renameSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const loaded = new Set<string>()
const { LOADED_MODULES: file } = process.env

registerHooks({
  load(url, context, nextLoad) {
    loaded.add(url)
    return nextLoad(url, context)
  },
})
if (file && isMainThread)
  process.on('SIGUSR2', () => {
    const { moduleLoadList = [] } = process as { readonly moduleLoadList?: readonly string[] }
    writeFileSync(`${file}.new`, [...loaded, ...moduleLoadList].join('\n'))
    renameSync(`${file}.new`, file)
  })
