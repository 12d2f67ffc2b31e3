import { catalogue } from './index.svelte';
import vi from './vi/auth';

export const t = catalogue('auth', vi);
