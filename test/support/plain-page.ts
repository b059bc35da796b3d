// What every small page behind a link of a mail keeps to.
import { expect } from 'vitest'

export function isPlainPage({ headers, text }: { headers: Record<string, unknown>; text: string }): void {
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex, nofollow',
  })
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'self'; form-action 'self'/,
  )
  expect(headers['set-cookie']).toBeUndefined()
  expect(text).toMatch(/^<!DOCTYPE html>\n<html lang="en">/)
  expect(text).toMatch(/<title>.+<\/title>[^]*<main>\n<h1>/)
  expect(text).toContain('<footer>The &#60;Garden&#62; Letter<br>1 Rose &#38; Thorn Lane</footer>')
  expect(text).not.toMatch(/<script|<style|style=|onclick/)
}

export const pathOf = (url: string): string => new URL(url).pathname
