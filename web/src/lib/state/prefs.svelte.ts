import { i18n, type Locale } from '$lib/i18n/index.svelte';

export type Theme = 'system' | 'light' | 'dark';

const themes: readonly Theme[] = ['system', 'light', 'dark'];

function read(name: string): string | null {
	// Storage may be closed to us (private windows, policy): the choice then lasts for the visit.
	try {
		return localStorage.getItem(`khue.${name}`);
	} catch {
		return null;
	}
}

function keep(name: string, value: string) {
	try {
		localStorage.setItem(`khue.${name}`, value);
	} catch {
		// See read().
	}
}

class Prefs {
	theme = $state<Theme>('system');
	#dark: MediaQueryList | undefined;

	async start() {
		if (this.#dark) return;
		this.#dark = matchMedia('(prefers-color-scheme: dark)');
		this.#dark.addEventListener('change', () => this.#paint());
		const theme = read('theme') as Theme;
		this.theme = themes.includes(theme) ? theme : 'system';
		this.#paint();
		await this.#speak(read('locale') === 'en' ? 'en' : 'vi');
	}

	setTheme(theme: Theme) {
		this.theme = theme;
		keep('theme', theme);
		this.#paint();
	}

	async setLocale(locale: Locale) {
		await this.#speak(locale);
		keep('locale', locale);
	}

	async #speak(locale: Locale) {
		await i18n.use(locale);
		document.documentElement.lang = locale;
	}

	#paint() {
		const dark = this.theme === 'dark' || (this.theme === 'system' && this.#dark?.matches);
		document.documentElement.dataset.theme = dark ? 'dark' : 'light';
	}
}

export const prefs = new Prefs();
