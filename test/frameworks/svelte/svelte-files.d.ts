declare module '*.svelte' {
  const component: object
  export default component
}
