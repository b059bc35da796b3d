// For --import: writes down which files a process has loaded when it ends.
import { writeFileSync } from 'node:fs'
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
if (file && isMainThread) process.on('exit', () => writeFileSync(file, [...loaded].join('\n')))
