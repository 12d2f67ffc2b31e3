import { sveltekit } from '@sveltejs/kit/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// Kit hides its page announcer with a style attribute, which our Content-Security-Policy refuses.
// base.css hides it by its id instead.
const announcerWithoutInlineStyle: Plugin = {
	name: 'khue:announcer-without-inline-style',
	enforce: 'pre',
	transform(code, id) {
		if (!id.split('?')[0]?.endsWith('generated/root.svelte')) return null;
		return code.replace(/(<div id="svelte-announcer"[^>]*?) style="[^"]*"/, '$1');
	}
};

// Few chunks: a screen may ask for at most six things before it shows its content. What the pages
// before sign-in need is `core`, what every screen after it needs is `desk`, the rest goes with its
// screen. bits-ui is a chunk of its own, fetched when a list or a calendar is first opened. A group
// takes along what it imports: the one that others lean on has the higher priority.
const groups = [
	{
		name: 'pick',
		test: /node_modules[\\/](bits-ui|@internationalized|@floating-ui|svelte-toolbelt|runed|tabbable)[\\/]|src[\\/]lib[\\/]ui[\\/]pick[\\/]/,
		priority: 30
	},
	{
		name: 'device',
		test: /src[\\/]lib[\\/](outbox[\\/](browser|core|kinds|outbox|transport|vault)|pwa[\\/][A-Z]|i18n[\\/](vi[\\/])?device)/,
		priority: 20
	},
	{ name: 'english', test: /src[\\/]lib[\\/]i18n[\\/]en[\\/]/, priority: 35 },
	{
		name: 'core',
		test: /rolldown|preload-helper|node_modules[\\/](svelte|@sveltejs|esm-env|clsx|devalue)[\\/]|src[\\/]lib[\\/](pwa[\\/](install|typed)|api|state|styles|navigate|format|pass(word|key)\.|i18n[\\/](index|(vi[\\/])?(common|auth)\.))|src[\\/]lib[\\/]ui[\\/](Banner|Brand|Button|ChangePassword|ErrorSummary|Failure|Field|PasswordField|PasswordRules|TextField|form|waiting)\.|src[\\/]routes[\\/](\+|\(door\)[\\/](?!bao-ve))|nodes[\\/][01]\.js/,
		priority: 40
	},
	// What the sign-in page fetches when somebody has a second factor or a passkey.
	{
		name: 'proof',
		test: /src[\\/]lib[\\/](factors[\\/](door|webauthn|code|Prove|SecondStep)\.|i18n[\\/](vi[\\/])?proof\.)/,
		priority: 38
	},
	{
		name: 'desk',
		test: /node_modules[\\/]@lucide[\\/]|src[\\/]lib[\\/](shell|outbox[\\/](state|count|entry)|pwa[\\/]worker|ui|fold|device\.|units[\\/](names|tree|view|may|Retry|PastNote)|i18n[\\/](vi[\\/])?(shell|list|units?)\.)|src[\\/]routes[\\/]\(app\)[\\/]\+/,
		priority: 10
	}
];

export default defineConfig({
	plugins: [announcerWithoutInlineStyle, sveltekit()],
	build: { target: 'es2022', assetsInlineLimit: 0 },
	environments: {
		client: { build: { rolldownOptions: { output: { codeSplitting: { groups } } } } }
	},
	server: {
		port: 5173,
		proxy: { '/api': { target: process.env.KHUE_API ?? 'http://127.0.0.1:4801' } }
	},
	test: { include: ['src/**/*.test.ts'], environment: 'node' }
});
