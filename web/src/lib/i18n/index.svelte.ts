import type { English } from './en';

export type Locale = 'vi' | 'en';

// Our own catalogue instead of a compiler: Vietnamese, the source, is a plain typed object beside
// its screen and costs only its own text; English is one file, fetched when somebody asks for it,
// and the type checker refuses a missing or misspelt message.
class I18n {
	locale = $state<Locale>('vi');
	english = $state.raw<English | null>(null);

	async use(locale: Locale) {
		if (locale === 'en' && !this.english) {
			try {
				this.english = (await import('./en')).default;
			} catch {
				return;
			}
		}
		this.locale = locale;
	}
}

export const i18n = new I18n();

/** The messages of one area in the language of the moment. */
export function catalogue<Area extends keyof English>(area: Area, vietnamese: English[Area]): English[Area] {
	return new Proxy(vietnamese, {
		get(source, name) {
			const from = i18n.locale === 'en' && i18n.english ? i18n.english[area] : source;
			return Reflect.get(from, name);
		}
	});
}
