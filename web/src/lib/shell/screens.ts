import Building from '@lucide/svelte/icons/building-2';
import House from '@lucide/svelte/icons/house';
import Jobs from '@lucide/svelte/icons/list-checks';
import Settings from '@lucide/svelte/icons/settings-2';
import User from '@lucide/svelte/icons/user-round';
import type { Component } from 'svelte';
import { t } from '$lib/i18n/shell';

export interface Screen {
	code: string;
	href: string;
	label: string;
	short: string;
	icon: Component<{ size?: number }>;
}

/** The navigation: what the server says holds something for this person, in our order. */
export function screensOf(codes: readonly string[]): Screen[] {
	const all: Screen[] = [
		{ code: 'today', href: '/', label: t.today, short: t.today, icon: House },
		{ code: 'units', href: '/don-vi', label: t.units, short: t.units, icon: Building },
		{ code: 'jobs', href: '/viec-nen', label: t.jobs, short: t.jobsShort, icon: Jobs },
		{ code: 'settings', href: '/cai-dat', label: t.settings, short: t.settings, icon: Settings },
		{ code: 'account', href: '/tai-khoan', label: t.account, short: t.accountShort, icon: User }
	];
	// Everybody has a first page and an account.
	return all.filter(({ code }) => code === 'today' || code === 'account' || codes.includes(code));
}

export function isHere(href: string, path: string): boolean {
	return href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
}
