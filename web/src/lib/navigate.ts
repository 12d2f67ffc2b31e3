/** Only a path of this site may follow a sign-in; anything else leads to the first page. */
export function safeReturn(path: string | null): string {
	if (!path?.startsWith('/') || path.startsWith('//') || path.includes('\\')) return '/';
	return path;
}

export const signInPath = (from: string) =>
	from === '/' ? '/dang-nhap' : `/dang-nhap?ve=${encodeURIComponent(from)}`;

/** Where whoever must have a second factor adds one, and is then led back. */
export const enrolPath = (from: string) =>
	from === '/' ? '/bao-ve-dang-nhap' : `/bao-ve-dang-nhap?ve=${encodeURIComponent(from)}`;
