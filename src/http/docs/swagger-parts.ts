// Parts of Swagger's page that we replace or mend. The function runs in the browser: Swagger is given its source text.

type Part = (props: Props) => unknown
type Props = Readonly<Record<string, unknown>>
type Region = { querySelector(selector: string): { setAttribute(name: string, value: string): void } | null }
type Swagger = {
  readonly React: {
    createElement(type: unknown, props: object | null, ...in_: unknown[]): unknown
    useRef(initial: null): { current: Region | null }
    useEffect(effect: () => void): void
  }
}
type Shown = { readonly text?: unknown; readonly getComponent: (name: string) => unknown }

export function ourParts({ React: { createElement, useRef, useEffect } }: Swagger) {
  const unseen = (text: unknown) => createElement('span', { className: 'unseen' }, text)
  const named =
    (nameOf: (props: Props) => unknown) =>
    (Field: Part): Part =>
    (props) =>
      createElement('label', { className: 'named' }, unseen(nameOf(props)), createElement(Field, props))
  /** The field of a parameter, whose name stands beside it only as text in a table. */
  const parameter = named(({ description }) => description)
  return {
    components: {
      // Swagger's own has an inline style, which the CSP forbids, and a field for other documents.
      Topbar: ({ getComponent }: Shown) =>
        createElement(
          'header',
          { className: 'topbar', role: 'banner' },
          createElement(
            'a',
            { href: '/' },
            createElement('img', { src: '/icon.svg', alt: '', width: 28, height: 28 }),
            'Dashboard',
          ),
          createElement(getComponent('DarkModeToggle'), null),
        ),
      // There is only one server.
      ServersContainer: () => null,
      // Swagger's own is a link within a button. The address bar follows what is opened anyway.
      DeepLink: ({ text }: Shown) => createElement('span', null, text),
    },
    wrapComponents: {
      JsonSchema_string: parameter,
      JsonSchema_boolean: parameter,
      ExamplesSelect: named(() => 'Example'),
      TextArea: (Area: Part) => (props: Props) => createElement(Area, { 'aria-label': 'Body', ...props }),
      // The button around it has no other name.
      CloseIcon: (Icon: Part) => (props: Props) => [createElement(Icon, props), unseen('Close')],
      // A button with a text is named by that.
      Button: (Button: Part) => (props: Props) =>
        createElement(
          Button,
          typeof props.children === 'string' ? { ...props, 'aria-label': undefined } : props,
        ),
      // Makes it scrollable by keyboard in every browser.
      HighlightCode: (Code: Part) => (props: Props) => {
        const region = useRef(null)
        useEffect(() => region.current?.querySelector('pre')?.setAttribute('tabindex', '0'))
        return createElement('div', { ref: region }, createElement(Code, props))
      },
    },
  }
}
