// Whatever stands here, only what is below it counts.
const site = 'https://site.invalid';

/**
 * Only a path of this site may follow a sign-in; anything else leads to the first page. It is read as browsers read
 * addresses: they pass over tabs and line ends, and take a backslash for a slash.
 */
export function safeReturn(path: string | null): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
	if (!path?.startsWith('/') || /[\u0000-\u001f\u007f\\]/.test(path)) return '/';
	let read: URL;
	try {
		read = new URL(path, site);
	} catch {
		return '/';
	}
	const { origin, pathname, search, hash } = read;
	// `/.//example.org` comes out as `//example.org`, which is another site again.
	return origin === site && !pathname.startsWith('//') ? pathname + search + hash : '/';
}

export const signInPath = (from: string) =>
	from === '/' ? '/dang-nhap' : `/dang-nhap?ve=${encodeURIComponent(from)}`;

/** Where whoever must have a second factor adds one, and is then led back. */
export const enrolPath = (from: string) =>
	from === '/' ? '/bao-ve-dang-nhap' : `/bao-ve-dang-nhap?ve=${encodeURIComponent(from)}`;
