// What every small page behind a link of a mail keeps to.
import { expect } from 'vitest'

type Page = { headers: Record<string, unknown>; text: string }

export function isPlainPage({ headers, text }: Page, language = 'en'): void {
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
  expect(text.split('\n').slice(0, 2)).toEqual(['<!DOCTYPE html>', `<html lang="${language}">`])
  expect(headers['content-language']).toBe(language)
  expect(headers.vary).toContain('Accept-Language')
  expect(text).toMatch(/<title>.+<\/title>[^]*<main>\n<h1>/)
  expect(text).toContain('<footer>The &#60;Garden&#62; Letter<br>1 Rose &#38; Thorn Lane</footer>')
  expect(text).not.toMatch(/<script|<style|style=|onclick/)
}

export const pathOf = (url: string): string => new URL(url).pathname
