package com.amplihack.auth.factor;

import io.nayuki.qrcodegen.QrCode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** What authenticator apps read: the key URI format, as text and as a QR code. */
public final class OtpAuthUri {
    private static final int QUIET_ZONE = 4; // ISO/IEC 18004 section 9.1

    private OtpAuthUri() {}

    /**
     * The URI.
     *
     * @param secret in base32
     */
    public static String of(String issuer, String username, String secret) {
        return "otpauth://totp/" + encode(issuer) + ':' + encode(username) + "?secret=" + secret + "&issuer="
                + encode(issuer) + "&algorithm=SHA1&digits=6&period=30";
    }

    /** A QR code as SVG, without anything that a strict content security policy refuses. */
    public static String svg(String uri) {
        QrCode code = QrCode.encodeText(uri, QrCode.Ecc.MEDIUM);
        StringBuilder path = new StringBuilder();
        for (int y = 0; y < code.size; y++) {
            for (int x = 0; x < code.size; x++) {
                if (code.getModule(x, y)) {
                    path.append('M')
                            .append(x + QUIET_ZONE)
                            .append(',')
                            .append(y + QUIET_ZONE)
                            .append("h1v1h-1z");
                }
            }
        }
        int side = code.size + 2 * QUIET_ZONE;
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + ' ' + side
                + "\" shape-rendering=\"crispEdges\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><path d=\""
                + path
                + "\" fill=\"#000\"/></svg>";
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
