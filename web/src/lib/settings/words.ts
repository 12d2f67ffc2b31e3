import type { PeopleHeld, Setting, SettingValue } from '$lib/api/types';
import { count } from '$lib/format';
import { t } from '$lib/i18n/settings';

/** What a setting is called: in English from our catalogue, in Vietnamese as the server says. */
export const settingName = (setting: Setting) => t.names[setting.key] ?? setting.describes;

/** The name of one word of a choice. */
export const choiceName = (setting: Setting, word: string) => t.choices[`${setting.key}.${word}`] ?? word;

/** A value in words. */
export function valueText(setting: Setting, value: SettingValue | null | undefined): string {
	if (value === null || value === undefined) return t.notSet;
	if (typeof value === 'boolean') return value ? t.yes : t.no;
	if (setting.kind === 'choice') return choiceName(setting, String(value));
	return String(value);
}

/** What holds, in words; of a secret only whether there is one. */
export const holds = (setting: Setting) =>
	setting.kind === 'secret' ? (setting.is_set ? t.isSet : t.notSet) : valueText(setting, setting.value);

/** Why what stands at the unit itself does not hold, in words. */
export function idleText(setting: Setting, all: readonly Setting[]): string {
	const own = valueText(setting, setting.own);
	if (setting.strictest_holds) return t.idleStricter(own);
	const lead = all.find(({ key }) => key === setting.lead);
	const name = lead ? settingName(lead) : '';
	return setting.kind === 'secret' ? t.idleSecret(name) : t.idle(own, name);
}

/** Where it comes from, in words. */
export function sourceText(setting: Setting): string {
	switch (setting.source) {
		case 'unit':
			return t.own;
		case 'above':
			return t.above(setting.source_unit?.name ?? '');
		case 'installation':
			return t.installation;
		default:
			return setting.is_set ? t.byDefault : '';
	}
}

/** How many people a choice would hold to something, in words. */
export function heldText({ demanded, to_act, yourself }: PeopleHeld): string {
	if (demanded === 0) return t.heldNobody;
	if (to_act === 0) return t.heldAll(count(demanded));
	const told = t.held(count(demanded), count(to_act));
	return yourself ? `${told} ${t.heldYou}` : told;
}

/** Of these settings, the secrets of the unit that go when this one is changed or removed. */
export const toRetype = (setting: Setting, all: readonly Setting[]) =>
	all.filter((one) => one.is_own && setting.secrets.includes(one.key));
