interface OldComponent {
  render(props: object): { html: string }
}

/** Svelte 4 components render themselves; in Svelte 5, `svelte/server` does. */
export async function renderOnServer(component: object, props: object): Promise<string> {
  if ('render' in component) return (component as OldComponent).render(props).html
  const server = 'svelte/server'
  const { render } = (await import(/* @vite-ignore */ server)) as {
    render: (component: object, options: { props: object }) => { body: string }
  }
  return render(component, { props }).body
}
