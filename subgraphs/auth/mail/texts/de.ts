// The mails in German; what the marks mean stands in the English ones.
import type { MailTemplate } from '../../core/mail/outbox.ts'

const noHarm = 'Wenn Sie das nicht waren, müssen Sie nichts tun: Ohne den Code geschieht nichts.'
const undo = `{{ link | button: "Das war ich nicht" }}

Das stellt Ihre Adressen wieder her, beendet alle Sitzungen und verlangt ein neues Passwort. Der Link gilt 72 Stunden.`
const askForReset =
  'Wenn Sie das nicht waren, fordern Sie sofort ein neues Passwort an: Das kann, wer die E-Mails einer Adresse des Kontos liest.'
const unlessYou =
  'Wenn Sie das nicht waren, ist jemand in Ihrem Konto angemeldet: Melden Sie sich überall ab, und ändern Sie Ihr Passwort.'

export const de: Readonly<Record<MailTemplate, string>> = {
  'registration-code': `{{ code }} ist Ihr Code für {{ product }}

Ihr Code ist {{ code }}. Er schließt die Registrierung bei {{ product }} ab und gilt 10 Minuten.

${noHarm}`,

  'account-exists': `Sie haben schon ein Konto bei {{ product }}

Jemand, vielleicht Sie, wollte diese Adresse bei {{ product }} registrieren. Zu ihr gibt es schon ein Konto: Melden Sie sich an, oder fordern Sie ein neues Passwort an.

Wenn Sie das nicht waren, müssen Sie nichts tun.`,

  'login-code': `{{ code }} ist Ihr Anmeldecode für {{ product }}

Ihr Code ist {{ code }}. Er schließt die Anmeldung bei {{ product }} ab und gilt 10 Minuten.

Wenn Sie das nicht waren, kennt jemand Ihr Passwort: Ändern Sie es.`,

  'sign-in': `{{ code }} ist Ihr Anmeldecode für {{ product }}

Melden Sie sich bei {{ product }} an: Geben Sie den Code {{ code }} ein, wo Sie ihn angefordert haben, oder öffnen Sie diesen Link auf dem Gerät, auf dem Sie sich anmelden wollen. Beide gelten 10 Minuten, und einer von beiden einmal.

{{ link | button: "Anmelden" }}

Wenn Sie das nicht waren, müssen Sie nichts tun: Ohne Code oder Link geschieht nichts.`,

  'provider-code': `{{ code }} ist Ihr Anmeldecode für {{ product }}

Ihr Code ist {{ code }}. Er schließt die Anmeldung bei {{ product }} ab, die mit {{ provider }} begonnen wurde, und gilt 10 Minuten. Danach öffnet dieses Konto von {{ provider }} das Konto dieser Adresse bei {{ product }}.

${noHarm}`,

  'step-up-code': `{{ code }} bestätigt bei {{ product }}, dass Sie es sind

Ihr Code ist {{ code }}. Er bestätigt, dass Sie es sind, der bei {{ product }} angemeldet ist, und gilt 10 Minuten.

Wenn Sie das nicht waren, ist jemand in Ihrem Konto angemeldet: Melden Sie sich überall ab, und ändern Sie Ihr Passwort.`,

  'api-key-code': `{{ code }} bestätigt einen API-Schlüssel bei {{ product }}

Ihr Code ist {{ code }}. Er schaltet den API-Schlüssel „{{ name }}“ bei {{ product }} frei und gilt 10 Minuten.

Wenn Sie das nicht waren, ist jemand in Ihrem Konto angemeldet: Melden Sie sich überall ab.`,

  'session-ended': `Eine Sitzung bei {{ product }} wurde zu Ihrer Sicherheit beendet

Ein altes Refresh-Token einer Sitzung ({{ device | default: "unbekanntes Gerät" }}) wurde bei {{ product }} noch einmal benutzt. Das geschieht, wenn ein Token kopiert wurde; darum wurde die Sitzung beendet. Melden Sie sich neu an, und ändern Sie Ihr Passwort, wenn Ihnen das nichts sagt.`,

  'new-device': `Ein neues Gerät hat sich in Ihrem Konto bei {{ product }} angemeldet

In Ihrem Konto bei {{ product }} hat sich ein Gerät angemeldet, das wir noch nicht kannten.

Zeit: {{ time }}
Gerät: {{ device | default: "unbekannt" }}
Netzadresse: {{ address | default: "unbekannt" }}

Wenn Sie das waren, müssen Sie nichts tun.

{{ link | button: "Das war ich nicht" }}

Das beendet alle Sitzungen, macht das Passwort ungültig und lässt Sie ein neues wählen. Der Link gilt 7 Tage.`,

  'app-connected': `{{ app }} darf Ihr Konto bei {{ product }} verwenden

Sie haben einer App erlaubt, Ihr Konto bei {{ product }} zu verwenden.

App: {{ app }}
Zeit: {{ time }}
Netzadresse: {{ address | default: "unbekannt" }}

Wenn Sie das waren, müssen Sie nichts tun. Wenn nicht, beenden Sie Ihre Sitzungen und ändern Sie Ihr Passwort: das nimmt es zurück. Ihr Konto hat eine Liste der Apps, die Sie zugelassen haben.`,

  'email-code': `{{ code }} fügt diese Adresse bei {{ product }} hinzu

Ihr Code ist {{ code }}. Er fügt diese Adresse Ihrem Konto bei {{ product }} hinzu und gilt 10 Minuten.

${noHarm}`,

  'address-taken': `Jemand wollte Ihre Adresse bei {{ product }} benutzen

Jemand, vielleicht Sie, wollte diese Adresse einem anderen Konto bei {{ product }} hinzufügen. Sie gehört schon zu Ihrem Konto; darum wurde nichts geändert.`,

  'email-added': `Ihrem Konto bei {{ product }} wurde eine Adresse hinzugefügt

{{ changed }} wurde Ihrem Konto bei {{ product }} hinzugefügt.

${undo}`,

  'primary-email-changed': `Die Hauptadresse Ihres Kontos bei {{ product }} wurde geändert

Ihr Konto bei {{ product }} hat jetzt {{ changed }} als Hauptadresse und nicht mehr diese.

${undo}`,

  'primary-email-restored': `Die Hauptadresse Ihres Kontos bei {{ product }} wurde zurückgestellt

Ihr Konto bei {{ product }} hat wieder {{ changed }} als Hauptadresse und nicht mehr diese.

${askForReset}`,

  'email-removed': `Aus Ihrem Konto bei {{ product }} wurde eine Adresse entfernt

{{ changed }} gehört nicht mehr zu Ihrem Konto bei {{ product }}.

${undo}`,

  'address-removed': `Diese Adresse wurde aus Ihrem Konto bei {{ product }} entfernt

Diese Adresse gehört nicht mehr zu Ihrem Konto bei {{ product }}. An die Hauptadresse des Kontos ging eine E-Mail, mit der es sich rückgängig machen lässt.`,

  'address-dropped': `Diese Adresse wurde aus Ihrem Konto bei {{ product }} entfernt

Die Hauptadresse Ihres Kontos bei {{ product }} wurde zum ersten Mal bestätigt, mit einem neuen Passwort. Diese Adresse kam von anderswo dazu und gehört nicht mehr zum Konto: Wenn sie Ihre ist, fügen Sie sie wieder hinzu.`,

  'account-taken-back': `Ihr Konto bei {{ product }} wurde zurückgeholt

Der Link „Das war ich nicht“ in einer E-Mail an {{ told }} wurde benutzt. Alle Sitzungen Ihres Kontos bei {{ product }} sind beendet, das Passwort gilt nicht mehr, und Adressen, API-Schlüssel und Faktoren, die inzwischen hinzukamen, sind entfernt.

${askForReset}`,

  'password-reset': `{{ code }} ist Ihr Code für ein neues Passwort bei {{ product }}

Wählen Sie ein neues Passwort bei {{ product }}: Geben Sie den Code {{ code }} dort ein, wo Sie ihn angefordert haben (er gilt 10 Minuten), oder öffnen Sie innerhalb einer Stunde diesen Link:

{{ link | button: "Neues Passwort wählen" }}

Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.`,

  'no-account': `Sie haben kein Konto bei {{ product }}

Jemand, vielleicht Sie, hat bei {{ product }} ein neues Passwort für diese Adresse angefordert. Zu ihr gibt es kein Konto: Versuchen Sie es mit einer anderen Adresse, oder registrieren Sie sich.

Wenn Sie das nicht waren, müssen Sie nichts tun.`,

  'password-changed': `Ihr Passwort bei {{ product }} wurde geändert

Das Passwort Ihres Kontos bei {{ product }} wurde geändert, und andere Geräte wurden abgemeldet.{% if apiKeys == 1 %} 1 API-Schlüssel von Ihnen gilt weiter: Sehen Sie ihn sich an.{% elsif apiKeys > 1 %} {{ apiKeys }} API-Schlüssel von Ihnen gelten weiter: Sehen Sie sie sich an.{% endif %}

Wenn Sie das nicht waren, fordern Sie sofort ein neues Passwort an: Das kann nur, wer dieses Postfach liest.`,

  'factor-added': `Ihr Konto bei {{ product }} hat einen weiteren Faktor

Ihrem Konto bei {{ product }} wurde eine Authenticator-App hinzugefügt. Von jetzt an wird bei der Anmeldung nach ihrem Code gefragt.

${unlessYou}`,

  'factor-enrolled': `Ihr Konto bei {{ product }} hat einen weiteren Faktor

Ihr Konto bei {{ product }} braucht einen weiteren Faktor, und jemand, der sich mit einem Code aus einer unserer E-Mails angemeldet hat, hat einen hinzugefügt. Von jetzt an wird bei jeder Anmeldung danach gefragt.

Wenn Sie das waren, müssen Sie nichts tun.

{{ link | button: "Das war ich nicht" }}

Das entfernt den Faktor, beendet alle Sitzungen, macht das Passwort ungültig und lässt Sie ein neues wählen. Der Link gilt 7 Tage.`,

  'factor-removed': `Aus Ihrem Konto bei {{ product }} wurde ein weiterer Faktor entfernt

Aus Ihrem Konto bei {{ product }} wurde eine Authenticator-App entfernt. Ihre Codes gelten nicht mehr.

${unlessYou}`,

  'passkey-added': `Ihr Konto bei {{ product }} hat einen neuen Passkey

Ihrem Konto bei {{ product }} wurde ein Passkey hinzugefügt. Er meldet Sie allein an, und nach ihm wird gefragt, wenn Sie sich auf andere Weise anmelden.

${unlessYou}`,

  'passkey-removed': `Aus Ihrem Konto bei {{ product }} wurde ein Passkey entfernt

Aus Ihrem Konto bei {{ product }} wurde ein Passkey entfernt. Er meldet niemanden mehr an.

${unlessYou}`,

  'passkey-suspected': `Ein Passkey wurde bei {{ product }} abgewiesen

Jemand wollte sich in Ihrem Konto bei {{ product }} mit einem Passkey anmelden, der geantwortet hat, wie es eine Kopie tun würde. Er wurde abgewiesen.

Entfernen Sie diesen Passkey aus Ihrem Konto und fügen Sie einen neuen hinzu. Wenn Sie sich nicht anmelden wollten, ist vielleicht jemand an das Gerät gekommen, das ihn aufbewahrt.`,

  'factors-reset': `Die weiteren Faktoren Ihres Kontos bei {{ product }} wurden entfernt

Eine Administratorin oder ein Administrator hat alle weiteren Faktoren und Wiederherstellungscodes Ihres Kontos bei {{ product }} entfernt und alle Sitzungen beendet. Melden Sie sich an, und fügen Sie wieder einen Faktor hinzu.

Wenn Sie nicht darum gebeten haben, sagen Sie es sofort der Administration.`,

  'recovery-codes-created': `Neue Wiederherstellungscodes für Ihr Konto bei {{ product }}

Für Ihr Konto bei {{ product }} wurden zehn neue Wiederherstellungscodes erstellt. Die bisherigen gelten nicht mehr.

${unlessYou}`,

  'recovery-code-used': `Ein Wiederherstellungscode Ihres Kontos bei {{ product }} wurde benutzt

Ein Wiederherstellungscode Ihres Kontos bei {{ product }} wurde anstelle eines weiteren Faktors benutzt. {% if left == 0 %}Es ist keiner übrig: Erstellen Sie neue.{% elsif left == 1 %}1 ist noch übrig: Erstellen Sie bald neue.{% else %}{{ left }} sind noch übrig.{% endif %}

${unlessYou}`,

  'unusual-sign-in': `Eine ungewöhnliche Anmeldung in Ihrem Konto bei {{ product }}

Jemand, vielleicht Sie, hat sich in Ihrem Konto bei {{ product }} auf eine Weise angemeldet, die für Sie ungewöhnlich ist: von weit her, in einem anderen Land, nach langer Zeit oder aus einem Netz, in dem viele Passwörter ausprobiert wurden.

Zeit: {{ time | default: "unbekannt" }}
Netzadresse: {{ address | default: "unbekannt" }}{% if country and country != "" %} ({{ country }}){% endif %}

${unlessYou}`,

  'sign-in-blocked': `Eine Anmeldung in Ihrem Konto bei {{ product }} wurde verhindert

Jemand, vielleicht Sie, hatte das richtige Passwort oder einen anderen Weg in Ihr Konto bei {{ product }} und wurde aufgehalten: Die Anmeldung war für Sie ungewöhnlich.

Zeit: {{ time | default: "unbekannt" }}
Netzadresse: {{ address | default: "unbekannt" }}{% if country and country != "" %} ({{ country }}){% endif %}

Wenn Sie das waren, benutzen Sie ein Gerät, auf dem Sie schon angemeldet waren. Wenn nicht, kennt jemand Ihr Passwort: Ändern Sie es.`,

  'identity-linked': `Ihr Konto bei {{ product }} lässt sich mit {{ provider }} öffnen

Ein Konto von {{ provider }} wurde mit Ihrem Konto bei {{ product }} verknüpft und meldet Sie ab jetzt an.

Wenn Sie das nicht waren, lösen Sie die Verknüpfung, und ändern Sie Ihr Passwort.`,

  'identity-unlinked': `{{ provider }} öffnet Ihr Konto bei {{ product }} nicht mehr

Die Verknüpfung eines Kontos von {{ provider }} mit Ihrem Konto bei {{ product }} wurde gelöst: Es meldet Sie nicht mehr an.

${unlessYou}`,

  invitation: `Sie sind zu {{ product }} eingeladen

Bei {{ product }} wurde ein Konto für Sie angelegt. Wählen Sie innerhalb von 7 Tagen ein Passwort:

{{ link | button: "Passwort wählen" }}`,

  'account-deletion-code': `{{ code }} löscht Ihr Konto bei {{ product }}

Ihr Code ist {{ code }}. Er löscht Ihr Konto bei {{ product }} mit allem, was darin ist, und gilt 10 Minuten. Das lässt sich nicht rückgängig machen.

Wenn Sie das nicht waren, ist jemand in Ihrem Konto angemeldet: Melden Sie sich überall ab, und ändern Sie Ihr Passwort.`,

  'account-deleted': `Ihr Konto bei {{ product }} wurde gelöscht

Ihr Konto bei {{ product }} wurde gelöscht, und alle Geräte sind abgemeldet. Ihre Daten werden aus allen Diensten entfernt.`,
}
