import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracker", "0004_translated_quotes")]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('published', 'new in the tracker'), ('reported', 'report recorded'), ('deadline', 'deadline named or moved'), ('report_withdrawn', 'report taken back'), ('deadline_withdrawn', 'deadline taken back')], max_length=18, verbose_name='kind')),
                ('row', models.PositiveBigIntegerField(default=0, verbose_name='report or deadline')),
                ('changed_at', models.DateTimeField(verbose_name='public since')),
                ('decided_at', models.DateTimeField(verbose_name='decided at')),
            ],
            options={
                'verbose_name': 'notice',
                'verbose_name_plural': 'notices',
                'ordering': ['-changed_at', '-pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='series',
            name='series_frequency_is_known',
        ),
        migrations.AddField(
            model_name='historicalseries',
            name='is_for_followers',
            field=models.BooleanField(default=False, editable=False, verbose_name='for followers by mail'),
        ),
        migrations.AddField(
            model_name='historicalsubscription',
            name='asked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='asked for at'),
        ),
        migrations.AddField(
            model_name='series',
            name='is_for_followers',
            field=models.BooleanField(default=False, editable=False, verbose_name='for followers by mail'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='asked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='asked for at'),
        ),
        migrations.AlterField(
            model_name='historicalseries',
            name='frequency',
            field=models.CharField(choices=[('at_once', 'at once'), ('weekly', 'weekly'), ('monthly', 'monthly'), ('quarterly', 'quarterly')], max_length=9, verbose_name='frequency'),
        ),
        migrations.AlterField(
            model_name='mail',
            name='kind',
            field=models.CharField(choices=[('reminder', 'reminder'), ('escalation', 'escalation'), ('returned', 'returned answer'), ('report', 'status report'), ('attention_digest', 'digest of the day'), ('following_notice', 'notice to a follower'), ('following_confirm', 'request to confirm a subscription'), ('following_link', 'link to one’s subscriptions')], max_length=40, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='mail',
            name='reason',
            field=models.CharField(blank=True, choices=[('brake', 'unusually many mails were decided at once'), ('release', 'a person releases it first'), ('restored', 'it may have been sent before the database was restored'), ('answer_lost', 'the mail server’s answer was lost'), ('refused', 'the mail server refused it'), ('writing', 'it could not be written'), ('closed', 'nothing it tells of is open any more'), ('hidden', 'what it tells of is no longer public'), ('unsubscribed', 'the reader has unsubscribed'), ('suppressed', 'the address does not take mail'), ('gone', 'the recipient is no longer there'), ('by_hand', 'a person said so')], max_length=12, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='series',
            name='frequency',
            field=models.CharField(choices=[('at_once', 'at once'), ('weekly', 'weekly'), ('monthly', 'monthly'), ('quarterly', 'quarterly')], max_length=9, verbose_name='frequency'),
        ),
        migrations.AddConstraint(
            model_name='series',
            constraint=models.CheckConstraint(condition=models.Q(('frequency__in', ['at_once', 'weekly', 'monthly', 'quarterly'])), name='series_frequency_is_known', violation_error_message='Choose how often the report comes.'),
        ),
        migrations.AddConstraint(
            model_name='series',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('frequency', 'at_once'), _negated=True), ('is_for_followers', True), _connector='OR'), name='series_at_once_is_for_followers', violation_error_message='Only what readers follow by mail comes at once. Choose how often the report comes.'),
        ),
        migrations.AddConstraint(
            model_name='series',
            constraint=models.UniqueConstraint(condition=models.Q(('is_for_followers', True)), fields=('scope', 'frequency'), name='followers_of_the_same_share_a_series', violation_error_message='This is followed at this frequency already.'),
        ),
        migrations.AddField(
            model_name='notice',
            name='initiative',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='tracker.initiative', verbose_name='initiative'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('initiative', 'kind', 'row'), name='notice_is_given_once', violation_error_message='Followers have been told this already.'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['published', 'reported', 'deadline', 'report_withdrawn', 'deadline_withdrawn'])), name='notice_kind_is_known', violation_error_message='Choose one of the kinds of notice.'),
        ),
    ]
