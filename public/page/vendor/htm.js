// Preact as package.json has it, with htm's templates: the one place that names packages (the hub serves those under /page/vendor/).
import htm from 'htm'
import { h } from 'preact'

export { render } from 'preact'
export { useEffect, useErrorBoundary, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
export const html = htm.bind(h)
