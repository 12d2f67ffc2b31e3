// Runs only while building, for the one page that the server sends for every path. The style sheet
// and the four font files are asked for at once instead of after the scripts have run.
import latin400 from '@fontsource/be-vietnam-pro/files/be-vietnam-pro-latin-400-normal.woff2?url';
import latin600 from '@fontsource/be-vietnam-pro/files/be-vietnam-pro-latin-600-normal.woff2?url';
import vietnamese400 from '@fontsource/be-vietnam-pro/files/be-vietnam-pro-vietnamese-400-normal.woff2?url';
import vietnamese600 from '@fontsource/be-vietnam-pro/files/be-vietnam-pro-vietnamese-600-normal.woff2?url';
import type { Handle } from '@sveltejs/kit';

const fonts = [vietnamese400, latin400, vietnamese600, latin600]
	.map((href) => `<link rel="preload" as="font" type="font/woff2" crossorigin href="${href}" />`)
	.join('\n\t\t');

export const handle: Handle = ({ event, resolve }) =>
	resolve(event, { transformPageChunk: ({ html }) => html.replace('%khue.preload%', fonts) });
