const browsers: [RegExp, string][] = [
	[/coc_coc_browser/i, 'Cốc Cốc'],
	[/\bEdg(e|A|iOS)?\//, 'Edge'],
	[/\bOPR\//, 'Opera'],
	[/SamsungBrowser\//, 'Samsung Internet'],
	[/\b(Firefox|FxiOS)\//, 'Firefox'],
	[/(Chrome|Chromium|CriOS)\//, 'Chrome'],
	[/\bSafari\//, 'Safari']
];
const systems: [RegExp, string][] = [
	[/\biPhone\b/, 'iPhone'],
	[/\biPad\b/, 'iPad'],
	[/\bAndroid\b/, 'Android'],
	[/\bWindows\b/, 'Windows'],
	[/\bCrOS\b/, 'ChromeOS'],
	[/\bMac OS X\b/, 'macOS'],
	[/\bLinux\b/, 'Linux']
];

/** A device in a few words, out of what its browser says of itself: `Chrome, Windows`. */
export function deviceName(agent: string | null | undefined): string {
	const text = (agent ?? '').trim();
	const found = (list: [RegExp, string][]) => list.find(([sign]) => sign.test(text))?.[1];
	const words = [found(browsers), found(systems)].filter((word) => word !== undefined);
	if (words.length > 0) return words.join(', ');
	return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
