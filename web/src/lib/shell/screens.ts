import Building from '@lucide/svelte/icons/building-2';
import Copy from '@lucide/svelte/icons/copy';
import Pupils from '@lucide/svelte/icons/graduation-cap';
import Children from '@lucide/svelte/icons/heart-handshake';
import House from '@lucide/svelte/icons/house';
import Jobs from '@lucide/svelte/icons/list-checks';
import Settings from '@lucide/svelte/icons/settings-2';
import User from '@lucide/svelte/icons/user-round';
import Classes from '@lucide/svelte/icons/users-round';
import type { Component } from 'svelte';
import type { Me } from '$lib/api/types';
import { officesOf } from '$lib/duplicates/offices';
import { t } from '$lib/i18n/shell';
import { placeAt, placeHref } from '$lib/school/places';

export interface Screen {
	code: string;
	href: string;
	label: string;
	short: string;
	icon: Component<{ size?: number }>;
}

/** The navigation: what the server says holds something for this person, in our order. */
export function screensOf(me: Me): Screen[] {
	const all: Screen[] = [
		{ code: 'today', href: '/', label: t.today, short: t.today, icon: House },
		{ code: 'children', href: '/con-toi', label: t.children, short: t.children, icon: Children },
		{ code: 'classes', href: placeHref('lop', me), label: t.classes, short: t.classes, icon: Classes },
		{ code: 'pupils', href: placeHref('hoc-sinh', me), label: t.pupils, short: t.pupils, icon: Pupils },
		{ code: 'units', href: '/don-vi', label: t.units, short: t.units, icon: Building },
		{ code: 'duplicates', href: '/trung-lap', label: t.duplicates, short: t.duplicates, icon: Copy },
		{ code: 'jobs', href: '/viec-nen', label: t.jobs, short: t.jobsShort, icon: Jobs },
		{ code: 'settings', href: '/cai-dat', label: t.settings, short: t.settings, icon: Settings },
		{ code: 'account', href: '/tai-khoan', label: t.account, short: t.accountShort, icon: User }
	];
	// Everybody has a first page and an account.
	const office = officesOf(me).length > 0;
	return all.filter(
		({ code }) =>
			code === 'today' || code === 'account' || me.screens.includes(code) || (code === 'duplicates' && office)
	);
}

export function isHere(href: string, path: string): boolean {
	if (href === '/') return path === '/';
	const clean = href.replace(/\?.*/, '');
	// The same room of another school is still that room.
	const room = placeAt(clean) ?? (clean === '/truong' ? new URLSearchParams(href.slice(8)).get('den') : null);
	return room ? placeAt(path) === room : path === clean || path.startsWith(`${clean}/`);
}
