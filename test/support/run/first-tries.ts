// Tells why the first try of a test has failed, where the second passed: such a test has a fault to mend, and Vitest keeps it to itself.
import type { Reporter, TestCase } from 'vitest/node'

export const firstTries: Reporter = {
  onTestCaseResult(test: TestCase): void {
    const { state, errors = [] } = test.result()
    if (state !== 'passed' || !test.diagnostic()?.retryCount) return
    for (const { message, diff, stack } of errors)
      console.log(
        `\nFirst try of “${test.fullName}” (${test.module.relativeModuleId}):\n${message}\n${diff ?? ''}\n${stack ?? ''}`,
      )
  },
}
