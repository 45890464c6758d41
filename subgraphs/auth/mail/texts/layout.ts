// What stands around a mail's text in its HTML part: nothing is loaded from anywhere, so nothing tells who opened it.

export const layout = `<!doctype html>
<html lang="{{ language }}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{{ subject }}</title>
    <style>
      body { margin: 0; font-family: system-ui, sans-serif; line-height: 1.5; }
      main { max-width: 34rem; margin: 0 auto; padding: 1.5rem 1rem; }
      .product { font-weight: bold; }
      .code { font-size: 1.15em; letter-spacing: .08em; white-space: nowrap; }
      .button { display: inline-block; padding: .65rem 1.1rem; border-radius: .4rem; background: #1d4ed8; color: #ffffff; font-weight: bold; text-decoration: none; }
    </style>
  </head>
  <body>
    <main>
      <p class="product">{{ product }}</p>
      {{ content | raw }}
    </main>
  </body>
</html>
`
