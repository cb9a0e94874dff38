package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.config.type.Quota;
import inet.ipaddr.IPAddress;
import java.time.Duration;
import java.util.List;

/**
 * The rate limits' quotas.
 *
 * @param login failures per client address (IPv6: per /64), never unlimited
 * @param loginExempt addresses to which it does not apply
 * @param refresh per session
 * @param jwks per client address
 * @param api per subject
 * @param apiKey per API key
 * @param secondFactor failures per account, never unlimited
 * @param forgot requests for a forgotten password per client address
 * @param forgotTotal the same of everybody together
 * @param forgotAccount mails that such requests send per account
 * @param emailChange mails that verify a new address per account
 * @param lockout per account
 */
public record LimitSettings(
        Quota login,
        AddressRanges loginExempt,
        Quota refresh,
        Quota jwks,
        Quota api,
        Quota apiKey,
        Quota secondFactor,
        Quota forgot,
        Quota forgotTotal,
        Quota forgotAccount,
        Quota emailChange,
        LockoutSettings lockout) {
    /** The two settings of a quota: so many requests within so many seconds. */
    private record Pair(String name, Setting<Integer> limit, Setting<Integer> window) {
        static Pair of(String name, int least, String limit, String window, String of) {
            return new Pair(
                    name,
                    Setting.integer("auth." + property(name) + ".limit", "requests", least, 1_000_000)
                            .byDefault(limit)
                            .live()
                            .says(of + (least == 0 ? "; 0 = off" : "")),
                    Setting.integer("auth." + property(name) + ".window.seconds", "seconds", 1, 86_400)
                            .byDefault(window)
                            .live()
                            .says("the window in which `auth." + property(name) + ".limit` counts"));
        }

        private static String property(String name) {
            return name.replace('_', '.');
        }

        Quota read(SettingsReader from) {
            return new Quota(name, from.read(limit), Duration.ofSeconds(from.read(window)));
        }
    }

    private static final Pair LOGIN = Pair.of(
            "login",
            1,
            "5",
            "300",
            "failed sign-ins per client address (an IPv6 /64 counts as one); a known device and a session of the"
                    + " account count for themselves");
    private static final Setting<List<IPAddress>> LOGIN_EXEMPT = WebSettings.ranges("auth.login.exempt")
            .opensWith(value -> !value.isEmpty())
            .example("192.0.2.10/32")
            .says("addresses to which the login limit does not apply; the lockout of accounts does");
    private static final Pair REFRESH = Pair.of("refresh", 0, "60", "60", "refreshes per session");
    private static final Pair JWKS = Pair.of(
            "jwks",
            0,
            "600",
            "60",
            "requests of the key set per client address, for all its paths together; each node counts for itself, in"
                    + " windows that begin with the first request");
    private static final Pair API = Pair.of("api", 0, "100", "60", "requests with an access token per subject");
    private static final Pair API_KEY = Pair.of("apikey", 0, "600", "60", "requests with an API key, per key");
    private static final Pair SECOND_FACTOR = Pair.of(
            "mfa",
            1,
            "10",
            "86400",
            "wrong second factors per account, by whomever and from wherever (docs/threat-model.md has the odds)");

    private static final Pair FORGOT = Pair.of(
            "forgot",
            1,
            "5",
            "3600",
            "requests for a forgotten password per client address (an IPv6 /64 counts as one), whatever the name");
    private static final Pair FORGOT_TOTAL =
            Pair.of("forgot_total", 1, "1000", "3600", "requests for a forgotten password of all addresses together");
    private static final Pair FORGOT_ACCOUNT = Pair.of(
            "forgot_account",
            1,
            "3",
            "3600",
            "mails to one account about its forgotten password; beyond it the answer is the same, and no mail is sent");
    private static final Pair EMAIL_CHANGE =
            Pair.of("email_change", 1, "5", "3600", "mails to verify a new address, per account");

    /** Unknown API keys per client address and node; not a setting, as keys in use never count. */
    public static final Quota UNKNOWN_KEYS = new Quota("apikey_unknown", 60, Duration.ofMinutes(1));

    /** Challenges for a sign-in by passkey per client address and node; not a setting, as they cost next to nothing. */
    public static final Quota PASSKEY_CHALLENGES = new Quota("passkey", 300, Duration.ofMinutes(1));
    /** Refused uses of links per client address and node; not a setting, as nobody comes near it. */
    public static final Quota REFUSED_LINKS = new Quota("link", 30, Duration.ofMinutes(1));

    static LimitSettings read(SettingsReader from) {
        return new LimitSettings(
                LOGIN.read(from),
                AddressRanges.of(from.find(LOGIN_EXEMPT).orElse(List.of())),
                REFRESH.read(from),
                JWKS.read(from),
                API.read(from),
                API_KEY.read(from),
                SECOND_FACTOR.read(from),
                FORGOT.read(from),
                FORGOT_TOTAL.read(from),
                FORGOT_ACCOUNT.read(from),
                EMAIL_CHANGE.read(from),
                LockoutSettings.read(from));
    }
}
