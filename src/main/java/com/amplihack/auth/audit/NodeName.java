package com.amplihack.auth.audit;

import com.amplihack.auth.config.files.PrivateFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/**
 * The name of a node in its audit lines: the host's and six random characters, made once and kept beside the audit file. So
 * two nodes on one host differ, and a log that was begun anew is no continuation of the one before.
 */
public final class NodeName {
    private static final Logger LOG = Logger.getLogger(NodeName.class.getName());
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._-]{1,100}");
    private static final int LONGEST_HOST = 80;
    private static final int SUFFIX = 6;
    private static final SecureRandom RANDOM = new SecureRandom();

    private NodeName() {}

    /** Whether a text can be the name of a node. */
    public static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }

    /** The name that is kept, or a new one, which is kept if the directory can be written. */
    static String of(Path auditFile) {
        Path kept = auditFile.resolveSibling(auditFile.getFileName() + ".node");
        try {
            if (Files.isRegularFile(kept)) {
                String name = Files.readString(kept).strip();
                if (FORM.matcher(name).matches()) {
                    return name;
                }
            }
            String fresh = host() + "-" + suffix();
            PrivateFiles.write(kept, (fresh + "\n").getBytes(StandardCharsets.US_ASCII), "rw-------");
            return fresh;
        } catch (IOException unwritable) {
            LOG.log(Level.WARNING, "The name of this node cannot be kept in {0}: it is its host's name", kept);
            return host();
        }
    }

    private static String host() {
        try {
            String host = InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9._-]", "_");
            return host.isEmpty() ? "localhost" : host.substring(0, Math.min(LONGEST_HOST, host.length()));
        } catch (UnknownHostException unnamed) {
            return "localhost";
        }
    }

    private static String suffix() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < SUFFIX; i++) {
            text.append(Character.forDigit(RANDOM.nextInt(Character.MAX_RADIX), Character.MAX_RADIX));
        }
        return text.toString().toLowerCase(Locale.ROOT);
    }
}
