package com.amplihack.auth.keys.hsm;

import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import java.io.IOException;

/** Translates SunPKCS11 exceptions, whose root cause carries the PKCS#11 error name, into messages for the operator. */
final class HsmFault {
    private HsmFault() {}

    /** The error for a token that cannot be opened. */
    static InvalidSettingException of(Exception failed, KeySettings.Hsm settings) {
        String why = reason(failed);
        return switch (why) {
            case "CKR_PIN_INCORRECT", "CKR_PIN_INVALID", "CKR_PIN_LEN_RANGE" ->
                new InvalidSettingException("jwt.key.pkcs11.pin: the token does not accept it");
            case "CKR_PIN_LOCKED" ->
                new InvalidSettingException("jwt.key.pkcs11.pin: the token has locked it after too many wrong ones");
            case "CKR_SLOT_ID_INVALID" ->
                new InvalidSettingException("jwt.key.pkcs11.slot: the library knows no slot " + settings.slot());
            case "CKR_TOKEN_NOT_RECOGNIZED", "CKR_TOKEN_NOT_PRESENT", "CKR_USER_PIN_NOT_INITIALIZED" ->
                noToken(settings);
            default ->
                isLibraryItself(failed)
                        ? new InvalidSettingException(
                                "jwt.key.pkcs11.library: " + settings.library() + " is not a PKCS#11 library")
                        : new InvalidSettingException("jwt.key.pkcs11.slot: the token in slot " + settings.slot()
                                + " cannot be used (" + why + ")");
        };
    }

    static InvalidSettingException noToken(KeySettings.Hsm settings) {
        return new InvalidSettingException(
                "jwt.key.pkcs11.slot: there is no initialized token in slot " + settings.slot());
    }

    /** Whether the PIN was refused, so that a retry would only count as another wrong one. */
    static boolean isAboutThePin(InvalidSettingException fault) {
        return fault.getMessage().startsWith("jwt.key.pkcs11.pin");
    }

    /** Whether it concerns a single object, which another node may have destroyed meanwhile. */
    static boolean isOfAnObject(Exception failed) {
        return reason(failed).equals("CKR_OBJECT_HANDLE_INVALID");
    }

    /** The root cause's message: the PKCS#11 error name, if there is one. */
    static String reason(Throwable failed) {
        Throwable root = failed;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    /** The file could not be loaded, or is not a PKCS#11 library. */
    private static boolean isLibraryItself(Exception failed) {
        return failed.getCause() instanceof IOException;
    }
}
